using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Cluster.Tests.Campaigns;

/// <summary>Users: they submit jobs again and again, each with a key, and ask again until they are answered.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient[] _gateways;
    private readonly Random _random;
    private readonly ConcurrentDictionary<string, string> _acknowledged = new();
    private readonly List<(long SubmittedAt, string Key)> _submitted = [];
    private readonly ConcurrentDictionary<string, string> _unanswered = new();
    private readonly List<Task> _submits = [];
    private readonly Task _users;
    private volatile bool _pause;

    public Load(IEnumerable<Uri> gateways, int seed)
    {
        _gateways = [.. gateways.Select(g => new HttpClient { BaseAddress = g, Timeout = TimeSpan.FromSeconds(8) })];
        _random = new Random(seed);
        _users = Task.Run(Submit);
    }

    /// <summary>Key and id of every job whose submission was acknowledged.</summary>
    public IReadOnlyDictionary<string, string> Acknowledged => _acknowledged;

    /// <summary>What was said last to submissions that are not acknowledged yet.</summary>
    public string Unanswered =>
        _unanswered.IsEmpty ? "all are" : $"{_unanswered.Count} are not: {string.Join("; ", _unanswered.OrderBy(u => u.Key).Take(5).Select(u => $"{u.Key}: {u.Value}"))}";

    /// <summary>Jobs whose submission began at this time or later, in order.</summary>
    public IReadOnlyList<(long SubmittedAt, string Key)> Since(long time)
    {
        lock (_submitted)
        {
            return [.. _submitted.Where(s => s.SubmittedAt >= time)];
        }
    }

    /// <summary>No new ones; returns when every one that was begun has been answered.</summary>
    public async Task Pause()
    {
        _pause = true;
        Task[] all;
        lock (_submitted)
        {
            all = [.. _submits];
            _submits.Clear();
        }

        await SchedulerCluster.Until(
            () => Task.FromResult(all.All(t => t.IsCompleted)),
            () => $"every submission is answered; {Unanswered}");
        await Task.WhenAll(all);
    }

    public void GoOn() => _pause = false;

    /// <summary>Null: no gateway answers.</summary>
    public async Task<JsonNode?> Get(string path)
    {
        foreach (var gateway in _gateways)
        {
            try
            {
                using var answer = await gateway.GetAsync("/api/v1/" + path);
                if (answer.IsSuccessStatusCode)
                {
                    return JsonNode.Parse(await answer.Content.ReadAsStringAsync());
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // The next one, then.
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _users;
        foreach (var gateway in _gateways)
        {
            gateway.Dispose();
        }

        _stop.Dispose();
    }

    private async Task Submit()
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            for (var number = 0; await timer.WaitForNextTickAsync(_stop.Token);)
            {
                if (_pause)
                {
                    continue;
                }

                var key = string.Create(CultureInfo.InvariantCulture, $"job-{++number}");
                var job = Job(key, workers: _random.Next(1, 5), gpus: 1 << _random.Next(0, 4), seconds: _random.Next(1, 4));
                var first = _random.Next(_gateways.Length);
                lock (_submitted)
                {
                    _submitted.Add((Stopwatch.GetTimestamp(), key));
                    _submits.Add(UntilAcknowledged(key, job, first));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private async Task UntilAcknowledged(string key, JsonObject job, int first)
    {
        for (var attempt = 0; !_stop.IsCancellationRequested; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/jobs") { Content = JsonContent.Create(job) };
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await _gateways[(first + attempt) % _gateways.Length].SendAsync(request, _stop.Token);
                if (answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
                {
                    _unanswered.TryRemove(key, out _);
                    _acknowledged[key] = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!;
                    return;
                }

                var refusal = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                Assert.True((int)answer.StatusCode is >= 500 or 429, $"{key}: {refusal}");
                _unanswered[key] = refusal;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // Not known: asked again under the same key.
                _unanswered[key] = e.Message;
            }

            await Task.Delay(AgainAfter, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static JsonObject Job(string name, int workers, int gpus, int seconds) => new()
    {
        ["name"] = name,
        ["roles"] = new JsonArray(new JsonObject { ["name"] = "w", ["count"] = workers, ["cpuMilli"] = 1000, ["memoryMiB"] = 100, ["gpus"] = gpus }),
        ["runForSeconds"] = seconds,
    };
}
