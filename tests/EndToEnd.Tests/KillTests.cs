using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>kill -9 at random moments under load, restart on the same data, and nothing acknowledged is lost, doubled or overlapping.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 6;
    private const int Jobs = 1200;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Kill_9_at_random_moments_of_a_replay_loses_and_doubles_nothing()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("E2E_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xFFFF;
        output.WriteLine($"seed {seed} (E2E_SEED={seed} repeats the choice of jobs and moments)");
        var random = new Random(seed);
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(12);
        var address = GatewayProcess.FreeAddress();
        using var acknowledged = new AckLog(Path.Combine(scratch.Path, "acknowledged"));
        var jobs = Choose(seed, random);
        var storm = new Storm(address, acknowledged, jobs);

        var gateway = await GatewayProcess.Start(address, scratch.Data, inventory);
        try
        {
            var replay = storm.Run(clients: 8, pause: TimeSpan.FromMilliseconds(20));
            for (var kill = 1; kill <= Kills || !replay.IsCompleted; kill++)
            {
                await Task.WhenAny(replay, Task.Delay(random.Next(50, 1500), TestContext.Current.CancellationToken));
                if (kill > Kills)
                {
                    break;
                }

                await gateway.Kill();
                output.WriteLine($"kill {kill} after {storm.Acknowledged} acknowledgements");
                await gateway.DisposeAsync();
                gateway = await GatewayProcess.Start(address, scratch.Data, inventory);
            }

            await replay;
            output.WriteLine($"{storm.Acknowledged} acknowledged, {storm.Repeated} requests sent again");
            using var api = new Api(address);
            await Judge(api, jobs, acknowledged.Read());
        }
        catch (Exception)
        {
            output.WriteLine(gateway.Output);
            throw;
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    /// <summary>openb pods, some as gangs; half of them end after a moment and half stay, so that the rest has to wait.</summary>
    private static List<(string Key, JsonObject Job)> Choose(int seed, Random random)
    {
        var pods = OpenbPod.Read().ToArray();
        return [.. Enumerable.Range(0, Jobs).Select(index =>
        {
            var pod = pods[random.Next(pods.Length)];
            var workers = random.Next(10) == 0 ? random.Next(2, 9) : 1;
            int? runFor = random.Next(2) == 0 ? random.Next(1, 4) : null;
            var name = string.Create(CultureInfo.InvariantCulture, $"kill-{seed}-{index}");
            return (name, Api.Job(name, workers, pod.CpuMilli, pod.MemoryMiB, pod.Gpus, pod.GpuMilli, runFor, pod.GpuModels));
        })];
    }

    private async Task Judge(Api api, List<(string Key, JsonObject Job)> jobs, IReadOnlyDictionary<string, string> acknowledged)
    {
        Assert.Equal(jobs.Count, acknowledged.Count);
        Assert.Equal(jobs.Count, acknowledged.Values.Distinct().Count());
        var pool = await AtRest(api);
        output.WriteLine($"at rest: {pool["runningJobs"]} running, {pool["pendingJobs"]} pending, {pool["gpuMilliAllocated"]} GPU milli");

        // Every acknowledged job exists, exactly once, and nothing else does.
        var listed = await api.All("jobs?maxpagesize=1000");
        Assert.Equal(acknowledged.Values.Order(), listed.Select(j => (string)j["id"]!).Order());
        Assert.Equal(acknowledged.Keys.Order(), listed.Select(j => (string)j["name"]!).Order());
        Assert.All(listed, j => Assert.True((string)j["phase"]! is "Pending" or "Running" or "Succeeded", j.ToJsonString()));
        foreach (var (key, job) in jobs.Where((_, index) => index % 40 == 0))
        {
            Assert.Equal(acknowledged[key], await api.Submit(job, key));
        }

        // What is placed does not overlap, and is exactly what the racks' own ledgers hold, all of it committed: nothing is leaked.
        var audit = await PlacementAudit.Run(api, listed.Where(j => !(bool)j["ended"]!).Select(j => (string)j["id"]!));
        Assert.Empty(audit.Faults);
        var ledger = await Ledger(api);
        Assert.All(ledger, entry => Assert.True((bool)entry["committed"]!, entry.ToJsonString()));
        Assert.Equal(audit.Shares.Order(), ledger.Select(e => $"{e["job"]} {e["attempt"]} {e["workers"]}").Order());
        Assert.Equal(audit.GpuMilli, (long)pool["gpuMilliAllocated"]!);
        Assert.Equal(0, (long)pool["invariantFailures"]!);
        Assert.True((long)pool["invariantChecks"]! > 0, "the server checked no invariant");

        // And all of it can be given back.
        foreach (var job in listed.Where(j => !(bool)j["ended"]!))
        {
            await api.Cancel((string)job["id"]!);
        }

        await Eventually.Get(
            () => api.Get("pools/openb"),
            p => (long)p["gpuMilliAllocated"]! == 0 && (int)p["pendingJobs"]! == 0 && (int)p["runningJobs"]! == 0,
            Rest,
            "everything is free after every job was cancelled");
        Assert.Empty(await api.All("jobs?ended=false"));
    }

    /// <summary>Every allocation of every rack, asked of the racks one by one.</summary>
    private static async Task<List<JsonNode>> Ledger(Api api)
    {
        var entries = new List<JsonNode>();
        foreach (var rack in await api.All("pools/openb/racks?maxpagesize=1000"))
        {
            var one = await api.Get($"pools/openb/racks/{rack["name"]}");
            entries.AddRange(one["allocations"]!.AsArray().Select(a => a!));
        }

        return entries;
    }

    /// <summary>Nothing is being placed, started or ended any more: what short jobs there were are over.</summary>
    private static async Task<JsonNode> AtRest(Api api)
    {
        var last = "";
        var same = 0;
        return await Eventually.Get(
            async () =>
            {
                var pool = await api.Get("pools/openb");
                var moving = (await api.All("jobs?ended=false&maxpagesize=1000")).Select(j => $"{j["id"]} {j["phase"]} {j["attempt"]}").ToList();
                var restless = moving.Any(m => m.Contains(" Starting ", StringComparison.Ordinal) || m.Contains(" Stopping ", StringComparison.Ordinal));
                var now = $"{pool["pendingJobs"]} {pool["placingJobs"]} {pool["runningJobs"]} {pool["gpuMilliAllocated"]} {string.Join(';', moving)}";
                same = now == last && !restless && (int)pool["placingJobs"]! == 0 ? same + 1 : 0;
                last = now;
                await Task.Delay(200, TestContext.Current.CancellationToken);
                return pool;
            },
            _ => same >= 20,
            Rest,
            "the pool is at rest");
    }
}
