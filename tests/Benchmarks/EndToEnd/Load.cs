using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Benchmarks.EndToEnd;

/// <summary>Submits jobs over REST, closed loop or at a fixed rate, and reads back when each was placed.</summary>
internal static class Load
{
    /// <summary>A server compiles once more what it does often, but not before 30 s have brought nothing new: what it has settled down to is measured.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(35);

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    /// <summary>As fast as <paramref name="concurrency"/> callers can, each with one request at a time.</summary>
    public static async Task<TimeSpan> Closed(IServed server, int jobs, int concurrency, string body, string run)
    {
        var clock = Stopwatch.StartNew();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < jobs;)
                await Submit(server, body, $"{run}-{i}");
        }));
        return clock.Elapsed;
    }

    /// <summary>At a fixed rate, whatever the answers do: a queue that builds up shows in the latencies.</summary>
    public static async Task<List<double>> Open(IServed server, int jobs, double perSecond, string body, string run)
    {
        var clock = Stopwatch.StartNew();
        List<Task<double>> calls = new(jobs);
        for (var i = 0; i < jobs; i++)
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due - clock.Elapsed is { Ticks: > 0 } wait)
                await Task.Delay(wait);
            calls.Add(Timed(server, body, $"{run}-{i}", clock, due));
        }

        return [.. await Task.WhenAll(calls)];
    }

    /// <summary>Waits until nothing is being placed and as many run as should.</summary>
    public static async Task WaitPlaced(IServed server, string pool, int running)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            var view = await server.Get($"pools/{pool}");
            if (view.GetProperty("runningJobs").GetInt32() >= running)
                return;
            if (deadline.Elapsed > TimeSpan.FromMinutes(3))
                throw new InvalidOperationException($"only {view.GetProperty("runningJobs")} of {running} jobs were placed");
            await Task.Delay(10);
        }
    }

    /// <summary>From submit to durable placement, milliseconds, as the server recorded both; a sample of jobs by key.</summary>
    public static async Task<List<double>> PlacementLatencies(IServed server, string run, int jobs, int sample)
    {
        List<double> all = new(sample);
        for (var i = 0; i < sample; i++)
        {
            // The same key and body again answers with the job as it stands.
            var job = await Submit(server, Body(run), $"{run}-{(long)i * jobs / sample}");
            if (job.TryGetProperty("placedAt", out var placed) && placed.ValueKind == JsonValueKind.String)
                all.Add((placed.GetDateTimeOffset() - job.GetProperty("submittedAt").GetDateTimeOffset()).TotalMilliseconds);
        }

        return all;
    }

    public static string Body(string run) => s_bodies[run];

    private static readonly Dictionary<string, string> s_bodies = [];

    /// <summary>A job of so many workers; remembered under the run's name.</summary>
    public static string Job(string run, int workers, int gpus, int gpuMilli) => s_bodies[run] = string.Create(CultureInfo.InvariantCulture,
        $$"""{"name":"bench","tenant":"bench","roles":[{"name":"worker","count":{{workers}},"cpuMilli":100,"memoryMiB":64,"gpus":{{gpus}},"gpuMilli":{{gpuMilli}}}]}""");

    public static double Percentile(List<double> values, double p)
    {
        values.Sort();
        return values.Count == 0 ? double.NaN : values[(int)Math.Min(values.Count - 1, values.Count * p)];
    }

    private static async Task<double> Timed(IServed server, string body, string key, Stopwatch clock, TimeSpan due)
    {
        await Submit(server, body, key);
        return (clock.Elapsed - due).TotalMilliseconds;
    }

    private static async Task<JsonElement> Submit(IServed server, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "jobs") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = s_json;
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await server.Http.SendAsync(request);
        var text = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{(int)answer.StatusCode}: {Encoding.UTF8.GetString(text)}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
