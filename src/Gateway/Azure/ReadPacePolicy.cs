using System.Threading.RateLimiting;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Gateway.Azure;

/// <summary>
/// Reads wait here rather than be refused: Resource Manager lets a subscription have 250 at once and 25 a second, and many sets have news at the same
/// time. Operations have limits of their own. Whoever can wait asks how many are left before it reads.
/// </summary>
internal sealed class ReadPacePolicy(int atOnce) : HttpPipelinePolicy, IDisposable
{
    private const string Operations = "/operations/";

    private readonly TokenBucketRateLimiter _reads = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = atOnce,
        TokensPerPeriod = 2,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 10_000,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public int Left => _reads.GetStatistics() is { } now ? checked((int)(now.CurrentAvailablePermits - now.CurrentQueuedCount)) : 0;

    public void Dispose() => _reads.Dispose();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (message.Request.Method == RequestMethod.Get && !message.Request.Uri.Path.Contains(Operations, StringComparison.OrdinalIgnoreCase))
        {
            using var lease = await _reads.AcquireAsync(1, message.CancellationToken);
        }

        await ProcessNextAsync(message, pipeline);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);
}
