using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Submits jobs from several clients while the server is killed under them. A client repeats a request that got no answer with
/// the same key until it is acknowledged, and writes every acknowledgement down. Now and then it repeats one that was answered.
/// </summary>
internal sealed class Storm(Uri address, AckLog acknowledged, IReadOnlyList<StormJob> jobs, int seed, TimeSpan giveUpAfter)
{
    private readonly ConcurrentQueue<StormJob> _left = new(jobs);
    private readonly ConcurrentQueue<(string Key, string Id, string Kind)> _known = new();
    private readonly ConcurrentDictionary<string, byte> _wrong = new();
    private int _done;
    private int _repeated;
    private int _doubled;

    public int Acknowledged => Volatile.Read(ref _done);

    /// <summary>Requests that were sent again because their outcome was unknown.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    /// <summary>Requests that were sent again although they had been answered.</summary>
    public int SentTwice => Volatile.Read(ref _doubled);

    /// <summary>Repeats that got another answer than the first; empty is what it should be.</summary>
    public IEnumerable<string> Wrong => _wrong.Keys;

    /// <summary>The next of these is not sent before that many were acknowledged in all: the load lasts as long as the kills do.</summary>
    public Func<int> Allowed { get; init; } = () => int.MaxValue;

    /// <summary>Acknowledged jobs so far.</summary>
    public IReadOnlyCollection<(string Key, string Id, string Kind)> Known => _known;

    public async Task Run(int clients, TimeSpan pause)
    {
        using var deadline = new CancellationTokenSource(giveUpAfter);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(n => Client(new Random(seed + n), pause, deadline.Token)));
    }

    private async Task Client(Random random, TimeSpan pause, CancellationToken deadline)
    {
        using var api = new Api(address);
        while (_left.TryDequeue(out var next))
        {
            while (Acknowledged >= Allowed())
            {
                await Task.Delay(pause, deadline);
            }

            if (next.WaitsForEarlier && Earlier(random) is { } earlier)
            {
                next.Body["dependsOn"] = JsonNode.Parse($$"""[ { "job": "{{earlier}}", "condition": "ended" } ]""");
            }

            var id = await SubmitUntilAcknowledged(api, next.Key, next.Body, deadline);
            acknowledged.Write(next.Key, id);
            _known.Enqueue((next.Key, id, next.Kind));
            Interlocked.Increment(ref _done);
            await SendAgain(api, random, next, id, deadline);
            await Task.Delay(pause, deadline);
        }
    }

    /// <summary>One of ten is sent again as it was, one of fifty with another body.</summary>
    private async Task SendAgain(Api api, Random random, StormJob job, string id, CancellationToken deadline)
    {
        var draw = random.Next(100);
        if (draw < 10)
        {
            Interlocked.Increment(ref _doubled);
            if (await SubmitUntilAcknowledged(api, job.Key, job.Body, deadline) is var again && again != id)
            {
                _wrong.TryAdd($"{job.Key} is {id}, and sent again {again}", 0);
            }
        }
        else if (draw < 12)
        {
            Interlocked.Increment(ref _doubled);
            var other = (JsonObject)job.Body.DeepClone();
            other["name"] = "other";
            if (await Outcome(async () => (int?)await api.StatusOfSubmit(other, job.Key)) is { } status and not (409 or 503))
            {
                _wrong.TryAdd($"{job.Key} with another body is answered {status}", 0);
            }
        }
    }

    private string? Earlier(Random random) => _known.Skip(random.Next(_known.Count + 1)).Select(k => k.Id).FirstOrDefault();

    private async Task<string> SubmitUntilAcknowledged(Api api, string key, JsonObject job, CancellationToken deadline)
    {
        while (true)
        {
            if (await Outcome(() => api.Submit(job, key, deadline)) is { } id)
            {
                return id;
            }

            deadline.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _repeated);
            await Task.Delay(50, deadline);
        }
    }

    /// <summary>The answer; default when none came.</summary>
    private static async Task<T?> Outcome<T>(Func<Task<T>> request)
    {
        try
        {
            return await request();
        }
        catch (Exception e) when (Api.IsUnknown(e))
        {
            return default;
        }
    }
}
