using System.Globalization;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Jobs of every kind: single pods of the published trace and gangs of them, arrays, services, elastic jobs, jobs that wait for others, that save
/// their work, that are urgent, that fail at first. Most end by themselves after a moment; some stay, so that the rest has to wait.
/// </summary>
internal sealed class Workload
{
    /// <summary>More would leave no room for the rest.</summary>
    private const int MostStaying = 60;

    private readonly Random _random;
    private readonly int _seed;
    private readonly OpenbPod[] _pods = [.. OpenbPod.Read()];

    public Workload(int seed, Random random, int jobs)
    {
        (_seed, _random) = (seed, random);
        Jobs = [.. Enumerable.Range(0, jobs).Select(index => Choose(index, jobs))];
    }

    /// <summary>In the order of their submission.</summary>
    public IReadOnlyList<StormJob> Jobs { get; }

    private StormJob Choose(int index, int jobs)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"kill-{_seed}-{index}");
        if (index % Math.Max(1, jobs / 8) == 3)
        {
            return Plain(name, 1, null, "service") with { Body = With(Small(name, 1, null), "service", $$"""{ "replicas": {{_random.Next(1, 4)}} }""") };
        }

        if (index % Math.Max(1, jobs / MostStaying) == 1)
        {
            return Plain(name, 1, null, "stays");
        }

        return _random.Next(100) switch
        {
            < 52 => Plain(name, 1, _random.Next(1, 4), "single"),
            < 64 => Plain(name, _random.Next(2, 9), _random.Next(1, 4), "gang"),
            < 68 => new StormJob(name, With(Small(name, 1, 1), "array", $$"""{ "count": {{_random.Next(2, 7)}}, "maxParallel": {{_random.Next(1, 4)}} }"""), "array"),
            < 72 => new StormJob(name, Elastic(name), "elastic"),
            < 78 => new StormJob(name, With(Small(name, _random.Next(1, 17), _random.Next(4, 9)), "checkpoint", """{ "graceSeconds": 10 }"""), "saving"),
            < 83 => new StormJob(name, With(Small(name, _random.Next(4, 33), _random.Next(1, 4)), "priority", "900"), "urgent"),
            < 90 => Plain(name, 1, _random.Next(1, 4), "dependent") with { WaitsForEarlier = true },
            < 98 => new StormJob(name, Failing(name), "failing"),
            _ => Plain(name, _random.Next(1, 5), _random.Next(20, 60), "long"),
        };
    }

    private StormJob Plain(string name, int workers, int? runFor, string kind)
    {
        var pod = _pods[_random.Next(_pods.Length)];
        return new StormJob(name, Api.Job(name, workers, pod.CpuMilli, pod.MemoryMiB, pod.Gpus, pod.GpuMilli, runFor, pod.GpuModels), kind);
    }

    private static JsonObject Small(string name, int workers, int? runFor) => Api.Job(name, workers, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 1000, runFor);

    private JsonObject Elastic(string name)
    {
        var job = Small(name, 1, _random.Next(2, 6));
        job["roles"]![0]!["maxCount"] = _random.Next(2, 5);
        return job;
    }

    /// <summary>Its first attempt, or its first two, fail.</summary>
    private JsonObject Failing(string name)
    {
        var job = With(Small(name, _random.Next(1, 4), 2), "labels", $$"""{ "hollow/fail-after": "1", "hollow/fail-attempts": "{{_random.Next(1, 3)}}" }""");
        job["maxRetries"] = 10;
        return job;
    }

    private static JsonObject With(JsonObject job, string field, string value)
    {
        job[field] = JsonNode.Parse(value);
        return job;
    }
}

/// <summary>What is to be submitted.</summary>
/// <param name="Key">Its Idempotency-Key, and its name.</param>
/// <param name="Body">The request.</param>
/// <param name="Kind">For counting.</param>
internal sealed record StormJob(string Key, JsonObject Body, string Kind)
{
    /// <summary>It is to wait for one that was acknowledged before: which one is filled in when it is sent first.</summary>
    public bool WaitsForEarlier { get; init; }
}
