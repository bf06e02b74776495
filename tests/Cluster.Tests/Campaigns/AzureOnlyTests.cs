using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>A cluster that has an Azure Storage account and nothing else: state, membership, and who leads.</summary>
public sealed class AzureOnlyTests(AzuriteServer storage) : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task When_a_silo_is_killed_the_other_goes_on_with_what_it_had()
    {
        await storage.Started();
        await File.WriteAllTextAsync(_file, storage.ConnectionString, TestContext.Current.CancellationToken);
        var settings = Processes.OverAzure(_file, storage.NewName());
        await using var sink = await EffectSink.Start();
        await using var first = Processes.Silo("silo-1", settings);
        await using var second = Processes.Silo("silo-2", settings);
        await using var gateway = Processes.Gateway("gateway", sink, settings);
        await using var other = Processes.Gateway("gateway-2", sink, settings);
        foreach (var node in new[] { first, second, gateway, other })
        {
            node.Start();
            await node.UntilReady();
        }

        var before = await UntilStarted(gateway, sink, "before");
        await first.Kill();
        var after = await UntilStarted(other, sink, "after");

        using var client = new HttpClient { BaseAddress = other.Address };
        JsonNode? list = null;
        await SchedulerCluster.Until(async () => (list = await Get(client, "/api/v1/jobs")) is not null, () => "jobs are listed");
        Assert.Equal(new[] { before, after }.Order(), list!["value"]!.AsArray().Select(j => (string)j!["id"]!).Order());
        Assert.Empty(sink.Wrong);
    }

    private static async Task<string> UntilStarted(Node gateway, EffectSink sink, string key)
    {
        using var client = new HttpClient { BaseAddress = gateway.Address, Timeout = TimeSpan.FromSeconds(20) };
        var job = new JsonObject
        {
            ["name"] = key, ["roles"] = new JsonArray(new JsonObject { ["name"] = "w", ["count"] = 2, ["cpuMilli"] = 100, ["memoryMiB"] = 10, ["gpus"] = 8 }),
        };
        string? id = null;
        await SchedulerCluster.Until(
            async () => (id ??= await Submit(client, key, job)) is { } known && sink.StartedAt(known) is not null, () => $"'{key}' ({id}) is started\n{gateway.Output}");
        return id!;
    }

    private static async Task<string?> Submit(HttpClient client, string key, JsonObject job)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/jobs") { Content = JsonContent.Create(job) };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await client.SendAsync(request);
            return answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK ? (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]! : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private static async Task<JsonNode?> Get(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
    }
}
