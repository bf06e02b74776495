using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Support;

/// <summary>Holds the client's own list against what the server says of itself, once it is at rest, and lets everything be given back.</summary>
internal sealed class Verdict(Api api, TimeSpan rest, Action<string> say)
{
    private static readonly string[] s_mayBe = ["Pending", "Running", "Succeeded"];

    public List<string> Faults { get; } = [];

    /// <summary>Acknowledged, and not there.</summary>
    public int Lost { get; private set; }

    /// <summary>There, and never acknowledged under that id.</summary>
    public int Doubled { get; private set; }

    /// <summary>Jobs that are part of another.</summary>
    public int Parts { get; private set; }

    /// <summary>Attempts that were taken off their nodes.</summary>
    public int Evictions { get; private set; }

    public void AssertClean() => Assert.True(Faults.Count == 0 && Lost == 0 && Doubled == 0, $"{Lost} lost, {Doubled} doubled, and\n" + string.Join('\n', Faults.Take(40)));

    public async Task Judge(Workload workload, IReadOnlyDictionary<string, string> acknowledged, Storm storm, Operators operators, Random random)
    {
        Faults.AddRange(storm.Wrong);
        await CheckDrained(operators);
        await operators.RestoreAll(api);
        var pool = await AtRest([.. workload.Jobs.Where(j => j.Kind is "stays" or "service").Select(j => j.Key)]);
        say($"at rest: {pool["runningJobs"]} running, {pool["pendingJobs"]} pending, {pool["gpuMilliAllocated"]} GPU milli");

        await CheckReplay(workload);
        var listed = await api.All("jobs?parent=none&maxpagesize=1000");
        CheckJobs(workload, acknowledged, listed, operators);
        await CheckSets(listed.Where(j => workload.Jobs.Any(w => w.Kind is "array" or "service" && w.Key == (string)j["name"]!)).ToList(), operators);
        await CheckRepeats(workload, acknowledged, random);
        await CheckTimelines(listed, random);
        await CheckLedgers(pool);
        await GiveBack(listed);
    }

    /// <summary>What the pool decided through all of this is decided again from its journal.</summary>
    private async Task CheckReplay(Workload workload)
    {
        var replay = await api.Replay("openb", rest);
        say($"replay: {replay.ToJsonString()}");
        if ((string)replay["verdict"]! != "identical" || (int)replay["skipped"]! != 0 || (int)replay["entries"]! <= 2 * workload.Jobs.Count)
        {
            Faults.Add($"decided again it comes out otherwise: {replay.ToJsonString()}");
        }
    }

    /// <summary>Every acknowledged job is there, exactly once, and nothing else is.</summary>
    private void CheckJobs(Workload workload, IReadOnlyDictionary<string, string> acknowledged, List<JsonNode> listed, Operators operators)
    {
        var ids = listed.Select(j => (string)j["id"]!).ToList();
        Lost = acknowledged.Values.Except(ids).Count() + (workload.Jobs.Count - acknowledged.Count);
        Doubled = ids.Except(acknowledged.Values).Count() + listed.Count - listed.Select(j => (string)j["name"]!).Distinct().Count()
            + acknowledged.Count - acknowledged.Values.Distinct().Count();
        Faults.AddRange(listed.Where(j => acknowledged.GetValueOrDefault((string)j["name"]!) != (string)j["id"]!).Select(j => $"not the acknowledged job of that key: {j.ToJsonString()}"));
        foreach (var job in listed)
        {
            var (id, phase) = ((string)job["id"]!, (string)job["phase"]!);
            if (operators.Cancelled.ContainsKey(id) && !(bool)job["ended"]!)
            {
                Faults.Add($"its cancellation was acknowledged: {job.ToJsonString()}");
            }
            else if (!s_mayBe.Contains(phase) && !(phase == "Cancelled" && operators.CancelTried.ContainsKey(id)))
            {
                Faults.Add($"nobody did that: {job.ToJsonString()}");
            }
        }
    }

    /// <summary>An array that ended well has each task once, and a service is of the size that was acknowledged last.</summary>
    private async Task CheckSets(List<JsonNode> sets, Operators operators)
    {
        foreach (var set in sets)
        {
            var id = (string)set["id"]!;
            var job = await api.Job(id);
            var parts = await api.All($"jobs?parent={id}&maxpagesize=1000");
            Parts += parts.Count;
            if (job["array"] is { } array && (string)job["phase"]! == "Succeeded"
                && (parts.Count != (int)array["count"]! || parts.Any(p => (string)p["phase"]! != "Succeeded") || parts.Select(p => (string)p["name"]!).Distinct().Count() != parts.Count))
            {
                Faults.Add($"{id} has succeeded with {string.Join(", ", parts.Select(p => $"{p["name"]} {p["phase"]}"))} of {array["count"]} tasks");
            }

            var live = parts.Count(p => !(bool)p["ended"]!);
            if (job["service"] is not null && operators.Replicas.TryGetValue(id, out var wanted) && live != wanted)
            {
                Faults.Add($"{id} was scaled to {wanted} and has {live} replicas");
            }

            if ((bool)job["ended"]! && live > 0)
            {
                Faults.Add($"{id} has ended, and {live} of its parts have not");
            }
        }
    }

    private async Task CheckRepeats(Workload workload, IReadOnlyDictionary<string, string> acknowledged, Random random)
    {
        foreach (var job in workload.Jobs.Where(_ => random.Next(40) == 0))
        {
            if (await api.Submit(job.Body, job.Key) is var id && id != acknowledged[job.Key])
            {
                Faults.Add($"{job.Key} is {acknowledged[job.Key]}, and sent again {id}");
            }
        }
    }

    /// <summary>Of some: ended once, and every attempt that started was placed.</summary>
    private async Task CheckTimelines(List<JsonNode> listed, Random random)
    {
        foreach (var job in listed.Where(j => (bool)j["ended"]! && random.Next(20) == 0))
        {
            var id = (string)job["id"]!;
            Evictions += (int?)(await api.Job(id))["evictions"] ?? 0;
            var types = (await api.Get($"jobs/{id}/events"))["value"]!.AsArray().Select(e => (string)e!["type"]!).ToList();
            if (types.Count(t => t == "Ended") != 1 || types[^1] != "Ended")
            {
                Faults.Add($"{id} ended {types.Count(t => t == "Ended")} times: {string.Join(" ", types)}");
            }
        }
    }

    /// <summary>What is placed does not overlap, and is exactly what the racks' own ledgers hold, all of it committed: nothing is leaked.</summary>
    private async Task CheckLedgers(JsonNode pool)
    {
        var live = await api.All("jobs?ended=false&maxpagesize=1000");
        var audit = await PlacementAudit.Run(api, live.Select(j => (string)j["id"]!));
        Faults.AddRange(audit.Faults);
        var ledger = new List<JsonNode>();
        foreach (var rack in await api.All("pools/openb/racks?maxpagesize=1000"))
        {
            ledger.AddRange((await api.Get($"pools/openb/racks/{rack["name"]}"))["allocations"]!.AsArray().Select(a => a!));
        }

        Faults.AddRange(ledger.Where(e => !(bool)e["committed"]!).Select(e => $"held, and nobody commits it: {e.ToJsonString()}"));
        var held = ledger.Select(e => $"{e["job"]} {e["attempt"]} {e["workers"]}").ToList();
        Faults.AddRange(held.Except(audit.Shares).Select(s => $"a rack has {s}, the job does not"));
        Faults.AddRange(audit.Shares.Except(held).Select(s => $"a job has {s}, the rack does not"));
        if (audit.GpuMilli != (long)pool["gpuMilliAllocated"]! || (long)pool["invariantFailures"]! != 0 || (long)pool["invariantChecks"]! == 0)
        {
            Faults.Add($"{audit.GpuMilli} GPU milli are placed: {pool.ToJsonString()}");
        }
    }

    private async Task GiveBack(List<JsonNode> listed)
    {
        foreach (var job in listed.Where(j => !(bool)j["ended"]!))
        {
            await api.Cancel((string)job["id"]!);
        }

        await Eventually.Get(
            () => api.Get("pools/openb"),
            p => (long)p["gpuMilliAllocated"]! == 0 && (int)p["pendingJobs"]! == 0 && (int)p["runningJobs"]! == 0,
            rest,
            "everything is free after every job was cancelled");
        await Eventually.Get(() => api.All("jobs?ended=false&maxpagesize=1000"), left => left.Count == 0, rest, "no job is left");
    }

    /// <summary>A drain that was acknowledged survives every kill, and ends.</summary>
    private async Task CheckDrained(Operators operators)
    {
        foreach (var node in operators.Drained)
        {
            await Eventually.Get(async () => (string)(await api.Get($"nodes/{node}"))["state"]!, state => state == "Drained", rest, $"{node}, whose drain was acknowledged, is drained");
        }
    }

    /// <summary>Nothing is being placed, started or ended any more: whatever ends by itself is over.</summary>
    private async Task<JsonNode> AtRest(HashSet<string> staying)
    {
        var last = "";
        var same = 0;
        return await Eventually.Get(
            async () =>
            {
                var pool = await api.Get("pools/openb");
                var live = await api.All("jobs?ended=false&maxpagesize=1000");
                var restless = live.Any(j => (string)j["phase"]! is "Starting" or "Stopping" || ((string)j["phase"]! == "Running" && !Stays((string)j["name"]!)));
                var moving = string.Join(';', live.Select(j => $"{j["id"]} {j["phase"]} {j["attempt"]}"));
                var now = $"{pool["pendingJobs"]} {pool["placingJobs"]} {pool["runningJobs"]} {pool["gpuMilliAllocated"]} {moving}";
                same = now == last && !restless && (int)pool["placingJobs"]! == 0 ? same + 1 : 0;
                last = now;
                await Task.Delay(200, TestContext.Current.CancellationToken);
                return pool;
            },
            _ => same >= 20,
            rest,
            "the pool is at rest");

        // A replica has the name of its service and its own number.
        bool Stays(string name) => staying.Contains(name) || staying.Contains(name[..name.LastIndexOf('-')]);
    }
}
