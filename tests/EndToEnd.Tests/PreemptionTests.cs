using System.Text.Json.Nodes;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>Jobs that make room for others, in the real process.</summary>
public sealed class PreemptionTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_job_that_saves_its_work_makes_room_for_a_more_urgent_one_and_comes_back_also_over_kill_9()
    {
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(400);
        string[] options = ["--Pools:Policy:MinRuntime=00:00:00", "--Hollow:CheckpointTime=00:00:02"];
        var address = GatewayProcess.FreeAddress();
        var gateway = await GatewayProcess.Start(address, scratch.Data, inventory, options);
        try
        {
            using var api = new Api(address);
            var gpus = (int)((long)(await api.Get("pools/openb"))["gpuMilliTotal"]! / 1000);
            var modest = Gang("modest", gpus);
            modest["checkpoint"] = JsonNode.Parse("""{ "graceSeconds": 60 }""");
            var first = await api.Submit(modest, key: "modest");
            await api.Until(first, Rest, "Running");

            var urgent = Gang("urgent", gpus);
            urgent["priority"] = 900;
            var second = await api.Submit(urgent, key: "urgent");
            var why = await Eventually.Get(() => api.Get($"jobs/{second}/explain"), e => e["promise"] is not null || (string)e["phase"]! != "Pending", Rest, "room is promised");
            if (why["promise"] is { } promise)
            {
                Assert.Equal(("eviction", first), (((string)promise["kind"]!).ToLowerInvariant(), (string)why["blockers"]![0]!["job"]!));
            }

            await gateway.Kill();
            await gateway.DisposeAsync();
            gateway = await GatewayProcess.Start(address, scratch.Data, inventory, options);

            await api.Until(second, Rest, "Running");
            var back = await api.Until(first, Rest, "Pending");
            Assert.True((int)back["attempt"]! > 1);
            var events = (await api.Get($"jobs/{first}/events"))["value"]!.AsArray().Select(e => (string)e!["type"]!).ToList();
            Assert.Contains("Requeued", events);

            await api.Cancel(second);
            await api.Until(first, Rest, "Running");
            await api.Cancel(first);
            var pool = await Eventually.Get(() => api.Get("pools/openb"), p => (long)p["gpuMilliAllocated"]! == 0, Rest, "all GPUs are free");
            Assert.Equal(0, (long)pool["invariantFailures"]!);
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

    private static JsonObject Gang(string name, int workers) =>
        Api.Job(name, workers, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 1000, runForSeconds: null);
}
