using System.Net;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Server;

/// <summary>The faults that other tests ask for happen, and nothing else does.</summary>
public sealed class FaultProxyTests(KubeServerFixture fixture)
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task Requests_pass_or_are_refused_or_cut_as_the_proxy_was_told()
    {
        var space = await Server.CreateNamespace();
        var maps = $"/api/v1/namespaces/{space}/configmaps";
        await using var proxy = await FaultProxy.Start(Server);
        using var through = Through(proxy);

        await through.Create(maps, Map("passes"));
        proxy.Faults = r => r.IsWrite ? new Fault { Status = HttpStatusCode.TooManyRequests, RetryAfter = TimeSpan.FromSeconds(1) } : null;
        var refused = await through.Send(HttpMethod.Post, maps, Map("refused"));
        proxy.Faults = r => r.IsWrite ? new Fault { Cut = CutAt.Before } : null;
        await Assert.ThrowsAsync<HttpRequestException>(() => through.Create(maps, Map("cut-before")));
        proxy.Faults = r => r.IsWrite ? new Fault { Cut = CutAt.After } : null;
        await Assert.ThrowsAsync<HttpRequestException>(() => through.Create(maps, Map("cut-after")));
        proxy.Faults = null;

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        var (items, _) = await through.List(maps);
        Assert.Equal(["cut-after", "passes"], items.Select(FakePods.NameOf).Order());
    }

    [KubeFact]
    public async Task A_watch_through_the_proxy_brings_news_at_once_and_ends_when_it_is_cut()
    {
        var space = await Server.CreateNamespace();
        var maps = $"/api/v1/namespaces/{space}/configmaps";
        await using var proxy = await FaultProxy.Start(Server);
        using var through = Through(proxy);
        var (_, version) = await through.List(maps);
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        var watching = Watch();
        await Server.Admin.Create(maps, Map("news"));
        Assert.Equal("news", await seen.Task.WaitAsync(Eventually.Deadline));
        proxy.CutAll();

        await Assert.ThrowsAnyAsync<Exception>(() => watching.WaitAsync(Eventually.Deadline));
        Assert.True(watching.IsFaulted);

        async Task Watch()
        {
            await foreach (var news in through.Watch(maps, version))
            {
                seen.TrySetResult(FakePods.NameOf(news.Object));
            }
        }
    }

    private static JsonObject Map(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private KubeApi Through(FaultProxy proxy) => new(proxy.Address, Server.Certificates.Authority, "token-of-admin");
}
