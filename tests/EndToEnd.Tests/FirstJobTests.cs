using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>What a new user does first.</summary>
public sealed class FirstJobTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_submitted_job_is_placed_runs_and_ends()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, Built.OpenbNodes);
        using var api = new Api(gateway.Address);

        var id = await api.Submit(Api.Job("hello", workers: 4, cpuMilli: 8000, memoryMiB: 16384, gpus: 2, gpuMilli: 1000, runForSeconds: 2), key: "hello-1");
        var running = await api.Until(id, Soon, "Running", "Succeeded");
        if ((string)running["phase"]! == "Running")
        {
            Assert.Equal(4, running["placement"]!.AsArray().Sum(share => (int)share!["workers"]!));
        }

        var ended = await api.Until(id, Soon, "Succeeded");
        Assert.True((bool)ended["ended"]!);
        Assert.Equal(1, (int)ended["attempt"]!);
        var types = (await api.Get($"jobs/{id}/events"))["value"]!.AsArray().Select(e => (string)e!["type"]!).ToList();
        Assert.Equal(["Submitted", "Placed", "Started"], types.Take(3));
        await Eventually.Get(
            async () => (long)(await api.Get("pools/openb"))["gpuMilliAllocated"]!, allocated => allocated == 0, Soon, "the GPUs of the ended job are free");
    }

    [Fact]
    public async Task The_published_inventory_is_all_there()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, Built.OpenbNodes);
        using var api = new Api(gateway.Address);

        var pool = await api.Get("pools/openb");
        var nodes = await api.All("pools/openb/nodes?maxpagesize=1000");

        Assert.Equal(1213, (int)pool["nodes"]!);
        Assert.Equal(6_212_000, (long)pool["gpuMilliTotal"]!);
        Assert.Equal(1213, nodes.Select(n => (string)n["name"]!).Distinct().Count());
    }

    [Fact]
    public async Task The_list_of_racks_says_the_same_as_each_rack()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, scratch.EveryNthNode(20));
        using var api = new Api(gateway.Address);
        var id = await api.Submit(Api.Job("stays", workers: 3, cpuMilli: 1000, memoryMiB: 1024, gpus: 2, gpuMilli: 1000, runForSeconds: null), key: "stays");
        await api.Until(id, Soon, "Running");

        var racks = await Eventually.Get(
            () => api.All("pools/openb/racks"), list => list.Sum(r => (long)r["allocated"]!["gpuMilli"]!) == 6000, Soon, "the list of racks shows 6 GPUs given away");

        foreach (var rack in racks)
        {
            var one = await api.Get($"pools/openb/racks/{rack["name"]}");
            Assert.Equal(one["allocated"]!.ToJsonString(), rack["allocated"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task The_same_key_gets_the_same_job_and_another_body_a_conflict()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, scratch.EveryNthNode(100));
        using var api = new Api(gateway.Address);
        var job = Api.Job("twice", workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 500, runForSeconds: 1);

        var first = await api.Submit(job, key: "twice");
        var again = await api.Submit(job, key: "twice");

        Assert.Equal(first, again);
        Assert.Single(await api.All("jobs?maxpagesize=10"));
        job["name"] = "other";
        Assert.Equal(409, await api.StatusOfSubmit(job, key: "twice"));
    }

    [Fact]
    public async Task A_job_that_can_never_fit_is_told_so_at_once()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, scratch.EveryNthNode(100));
        using var api = new Api(gateway.Address);

        var id = await api.Submit(Api.Job("giant", workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 64, gpuMilli: 1000, runForSeconds: 1), key: "giant");

        var explanation = await Eventually.Get(
            () => api.Get($"jobs/{id}/explain"), e => (string)e["reason"]! == "NeverFits", Soon, "the explanation is NeverFits");
        Assert.False(string.IsNullOrWhiteSpace((string?)explanation["message"]));
    }
}
