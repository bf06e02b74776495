using Azure.Core;
using Azure.Core.Pipeline;

namespace Silo.Storage.Blobs;

/// <summary>Reads are asked again a few times. A write never is: its second try would meet what the first did, and take that for another writer.</summary>
internal sealed class ReadsOnlyRetry(int retries) : RetryPolicy(retries, DelayStrategy.CreateExponentialDelayStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)))
{
    protected override bool ShouldRetry(HttpMessage message, Exception? exception) => IsRead(message) && base.ShouldRetry(message, exception);

    protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        IsRead(message) ? base.ShouldRetryAsync(message, exception) : ValueTask.FromResult(false);

    private static bool IsRead(HttpMessage message) => message.Request.Method == RequestMethod.Get || message.Request.Method == RequestMethod.Head;
}
