using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Tests.Scenarios;
using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Azure.Tests.Bench;

/// <summary>How soon machines are asked for: silo on disk, planner, reconcilers, the real SDK, HTTPS, and the stub with Azure's limits, in one process.</summary>
internal static class ScaleBench
{
    public static async Task<int> Run(string[] which, TextWriter output)
    {
        Dictionary<string, Func<TextWriter, Task>> all = new() { ["latency"] = Latency, ["fleet"] = Fleet, ["fallback"] = Fallback, ["campaign"] = Operations };
        foreach (var name in which.Length == 0 ? [.. all.Keys] : which)
        {
            await all[name](output);
        }

        return 0;
    }

    /// <summary>Gangs one after the other, each of which fills a set: from the call that submits the job to the PATCH that has arrived.</summary>
    private static async Task Latency(TextWriter output)
    {
        const int Sets = 100;
        using var folder = new Folder();
        await using var cluster = await LiveCluster.Start(Sets, Quiet("10"), (_, k) => k.BootDelay = TimeSpan.FromMinutes(5), 10, folder.Path);
        await AllRead(cluster);
        var written = Written(cluster);
        var waits = new List<double>();
        for (var gang = 0; gang < Sets; gang++)
        {
            var started = Stopwatch.GetTimestamp();
            await cluster.Submit($"gang-{gang:d3}", 10, TopologyLevel.Block);
            await LiveCluster.Until(() => Task.FromResult(written.Count > gang), cluster.Describe);
            waits.Add(Stopwatch.GetElapsedTime(started, written.Values.Max()).TotalMilliseconds);
        }

        var slowest = waits.IndexOf(waits.Max());
        waits.Sort();
        await output.WriteLineAsync($"gang pending -> PATCH: {Sets} gangs, p50 {waits[Sets / 2]:f0} ms, p90 {waits[Sets * 9 / 10]:f0} ms, p99 {waits[(Sets * 99 / 100) - 1]:f0} ms, longest {waits[^1]:f0} ms (gang {slowest}), 429: {cluster.Arm.Throttled}, I15: {cluster.Arm.Broken.Count}");
    }

    /// <summary>7,500 nodes over 75 InfiniBand sets: as many gangs of 100, each in one set, at once.</summary>
    private static async Task Fleet(TextWriter output)
    {
        const int Sets = 75;
        using var folder = new Folder();
        await using var cluster = await LiveCluster.Start(
            Sets, (i, s) => { Quiet("100")(i, s); s["CompleteRacks"] = "true"; }, (_, k) => (k.BootDelay, k.JoinDelay) = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1)), 20, folder.Path);
        await AllRead(cluster);
        var written = Written(cluster);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Sets).Select(i => cluster.Submit($"gang-{i:d2}", 100, TopologyLevel.Block)));
        var submitted = Stopwatch.GetElapsedTime(started);
        await LiveCluster.Until(() => Task.FromResult(written.Count == Sets), cluster.Describe);
        var (last, throttled) = (Stopwatch.GetElapsedTime(started, written.Values.Max()), cluster.Arm.Throttled);
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Sets.All(s => s.Machines.Count == 100))), cluster.Describe);
        var racks = cluster.Arm.Under(() => cluster.Sets.SelectMany(s => s.Machines.GroupBy(m => m.Number / 20)).Select(g => g.Count()).ToList());
        await output.WriteLineAsync($"fleet: {Sets} gangs of 100 submitted in {submitted.TotalSeconds:f2} s, the last of {written.Count} PATCHes after {last.TotalSeconds:f2} s; 429: {throttled} until then, {cluster.Arm.Throttled} until all machines were there; whole racks {racks.Count(r => r == 20)} of {racks.Count}; I15: {cluster.Arm.Broken.Count}");
    }

    /// <summary>From Azure's word, at once or at the operation's URL, to the PATCH of the next set.</summary>
    private static async Task Fallback(TextWriter output)
    {
        foreach (var atOnce in (bool[])[true, false])
        {
            var waits = new List<double>();
            for (var run = 0; run < 10; run++)
            {
                var boot = TimeSpan.FromSeconds(2 + (0.1 * run));
                await using var cluster = await LiveCluster.Start(2, Quiet("100"), (i, k) =>
                {
                    k.BootDelay = boot;
                    (k.SyncError, k.Left) = i > 0 ? (null, int.MaxValue) : atOnce ? ("AllocationFailed", int.MaxValue) : (null, 3);
                });
                await AllRead(cluster);
                var written = Written(cluster);
                long said = 0;
                cluster.Arm.OnRefused = (_, at) => said = said == 0 ? at : said;
                await cluster.Submit("gang", 10, TopologyLevel.Block);
                await LiveCluster.Until(() => Task.FromResult(written.ContainsKey("set01")), cluster.Describe);
                waits.Add(Stopwatch.GetElapsedTime(said, written["set01"]).TotalMilliseconds);
            }

            waits.Sort();
            await output.WriteLineAsync($"fallback, refused {(atOnce ? "at once" : "as the operation ends")}: {waits.Count} runs, p50 {waits[waits.Count / 2]:f0} ms, longest {waits[^1]:f0} ms");
        }
    }

    private static async Task Operations(TextWriter output)
    {
        var campaign = new Campaign(seed: 11);
        await campaign.Run(operations: 1000);
        await using var world = campaign.World;
        var set = world.StubSet;
        await output.WriteLineAsync($"campaign: {set.Accepted} operations in {campaign.Rounds} rounds and {world.Arm.Requests} requests with 20 % of answers lost, 5 % doubled, 5 % refused or failed; created {set.Created}, deleted {set.Deleted}, evicted {set.Evicted}; "
            + $"at the end wanted {campaign.Intents.State.Wanted}, there {set.Machines.Count}, nodes {set.Machines.Count(m => m.HasJoined)}, at rest {campaign.IsAtRest}; deleted with work, or made smaller: {world.Arm.Broken.Count}; 429 of the buckets: {world.Arm.Throttled}");
    }

    private static Action<int, Dictionary<string, string?>> Quiet(string ceiling) => (_, s) =>
        (s["Ceiling"], s["Azure:Reconcile:ReadEvery"], s["Azure:Reconcile:ReviewEvery"]) = (ceiling, "00:00:15", "00:00:10");

    private static ConcurrentDictionary<string, long> Written(LiveCluster cluster)
    {
        var written = new ConcurrentDictionary<string, long>();
        cluster.Arm.OnWritten = set => written.TryAdd(set, Stopwatch.GetTimestamp());
        return written;
    }

    /// <summary>A planner begins once it knows the sets.</summary>
    private static async Task AllRead(LiveCluster cluster)
    {
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Requests >= 2 * cluster.Sets.Length), cluster.Describe);

        // A gang that no set can serve goes all the way but the last step.
        var warm = await cluster.Submit("warm", 1, model: "none");
        await LiveCluster.Until(async () => await cluster.PhaseOf(warm) == JobPhase.Pending, cluster.Describe);
        await cluster.Grains.GetGrain<IJobGrain>(warm.Value).Cancel(LiveCluster.Admin, "warmed up");

        // As after some quiet minutes, not as right after the start.
        await LiveCluster.Until(() => Task.FromResult(cluster.Arm.Under(() => cluster.Arm.ReadsLeft) > 210), cluster.Describe);
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("scale-bench").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
