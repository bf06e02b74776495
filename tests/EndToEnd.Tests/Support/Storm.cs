using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Submits jobs from several clients while the server is killed under them. A client repeats a request that got no answer with
/// the same key until it is acknowledged, and writes every acknowledgement down.
/// </summary>
internal sealed class Storm(Uri address, AckLog acknowledged, IReadOnlyList<(string Key, JsonObject Job)> jobs)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(3);
    private readonly ConcurrentQueue<(string Key, JsonObject Job)> _left = new(jobs);
    private int _done;
    private int _repeated;

    public int Acknowledged => Volatile.Read(ref _done);

    /// <summary>Requests that were sent again because their outcome was unknown.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    public async Task Run(int clients, TimeSpan pause)
    {
        using var deadline = new CancellationTokenSource(GiveUpAfter);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Client(pause, deadline.Token)));
    }

    private async Task Client(TimeSpan pause, CancellationToken deadline)
    {
        using var api = new Api(address);
        while (_left.TryDequeue(out var next))
        {
            acknowledged.Write(next.Key, await SubmitUntilAcknowledged(api, next.Key, next.Job, deadline));
            Interlocked.Increment(ref _done);
            await Task.Delay(pause, deadline);
        }
    }

    private async Task<string> SubmitUntilAcknowledged(Api api, string key, JsonObject job, CancellationToken deadline)
    {
        while (true)
        {
            try
            {
                return await api.Submit(job, key, deadline);
            }
            catch (HttpRequestException) when (!deadline.IsCancellationRequested)
            {
                Interlocked.Increment(ref _repeated);
                await Task.Delay(50, deadline);
            }
            catch (IOException) when (!deadline.IsCancellationRequested)
            {
                Interlocked.Increment(ref _repeated);
            }
        }
    }
}
