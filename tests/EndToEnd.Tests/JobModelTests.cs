using System.Text.Json.Nodes;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>Jobs that wait for jobs and jobs that stand for many, in the real process, over kill -9.</summary>
public sealed class JobModelTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task An_array_a_service_a_dependent_and_an_elastic_job_are_right_after_kill_9()
    {
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(20);
        var address = GatewayProcess.FreeAddress();
        var gateway = await GatewayProcess.Start(address, scratch.Data, inventory);
        try
        {
            using var api = new Api(address);
            var array = await api.Submit(With(Plain("sweep", 2), "array", """{ "count": 12, "maxParallel": 3 }"""), key: "sweep");
            var last = await api.Submit(With(Plain("last", 1), "dependsOn", $$"""[ { "job": "{{array}}" } ]"""), key: "last");
            gateway = await KillAndStart(gateway, address, scratch.Data, inventory);

            var service = await api.Submit(With(Plain("chat", null), "service", """{ "replicas": 3 }"""), key: "chat");
            var elastic = Plain("grows", null);
            elastic["roles"]![0]!["maxCount"] = 3;
            var grows = await api.Submit(elastic, key: "grows");
            Assert.Equal("Dependency", (string)(await api.Get($"jobs/{last}/explain"))["reason"]!);
            await Eventually.True(async () => (int)(await Live(api, array)) > 0, Rest, "tasks of the array are there");
            gateway = await KillAndStart(gateway, address, scratch.Data, inventory);

            // The same keys: nothing is doubled.
            Assert.Equal(array, await api.Submit(With(Plain("sweep", 2), "array", """{ "count": 12, "maxParallel": 3 }"""), key: "sweep"));
            await Eventually.Get(() => api.Job(grows), j => (int)j["workersNow"]! == 3, Rest, "the elastic job has grown to its most");
            gateway = await KillAndStart(gateway, address, scratch.Data, inventory);

            var swept = await api.Until(array, Rest, "Succeeded", "Failed");
            Assert.Equal(("Succeeded", 12), ((string)swept["phase"]!, (int)swept["parts"]!["succeeded"]!));
            Assert.Equal(12, (await api.All($"jobs?parent={array}&maxpagesize=1000")).Count);
            await api.Until(last, Rest, "Succeeded");

            await Eventually.Get(() => api.All($"jobs?parent={service}&phase=Running"), r => r.Count == 3, Rest, "three replicas run");
            var lost = (string)(await api.All($"jobs?parent={service}&phase=Running"))[0]["id"]!;
            await api.Cancel(lost);
            await Eventually.Get(
                () => api.All($"jobs?parent={service}&phase=Running"), r => r.Count == 3 && r.All(j => (string)j["id"]! != lost), Rest, "another is in the place of the one that went");

            await api.Cancel(service);
            await api.Cancel(grows);
            await api.Until(service, Rest, "Cancelled");
            await api.Until(grows, Rest, "Cancelled");
            await Eventually.Get(() => api.All("jobs?ended=false"), live => live.Count == 0, Rest, "nothing is left over");
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

    private static async Task<GatewayProcess> KillAndStart(GatewayProcess gateway, Uri address, string data, string inventory)
    {
        await gateway.Kill();
        await gateway.DisposeAsync();
        return await GatewayProcess.Start(address, data, inventory);
    }

    private static async Task<int> Live(Api api, string parent) => (await api.All($"jobs?parent={parent}&ended=false")).Count;

    private static JsonObject Plain(string name, int? runFor) => Api.Job(name, workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 500, runForSeconds: runFor);

    private static JsonObject With(JsonObject job, string field, string value)
    {
        job[field] = JsonNode.Parse(value);
        return job;
    }
}
