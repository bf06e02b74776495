using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.Watching;
using k8s;
using k8s.Models;
using KubeKit;
using KubeTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeTests.Watching;

/// <summary>A view is right again after a real server was killed, and after it forgot what was missed.</summary>
public sealed class InformerFaultTests(OwnKubeServer fixture) : IClassFixture<OwnKubeServer>
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task A_view_is_right_again_after_a_kill_and_after_a_compaction_that_it_missed()
    {
        var space = await Server.CreateNamespace();
        await Make(space, 0, 20);
        await using var proxy = await FaultProxy.Start(Server);
        var options = new KubeApiOptions { KubeConfig = Server.Kubeconfig(address: proxy.Address), CallTimeout = TimeSpan.FromSeconds(60) };
        using var client = KubeClients.Create(options);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var stop = new CancellationTokenSource();
        var informer = new Informer<V1Pod>(
            ListWatch.Pods(client, "watched=yes"), new InformerOptions { PageSize = 7, RetryDelay = TimeSpan.FromMilliseconds(50), LongestDelay = TimeSpan.FromSeconds(1) },
            new WatchInstruments(services.GetRequiredService<IMeterFactory>()), TimeProvider.System, new Random(1), NullLogger.Instance, "real");
        var view = informer.View(pod => pod.Name());
        var running = informer.Run(stop.Token);
        await SameAs(space, view, 20);

        await Server.KillApiServer();
        await Server.StartApiServer();
        await Make(space, 20, 23);
        await Server.Admin.Delete($"/api/v1/namespaces/{space}/pods/p0");
        await SameAs(space, view, 22);

        proxy.Faults = _ => new Fault { Cut = CutAt.Before };
        proxy.CutAll();
        await Server.Admin.Delete($"/api/v1/namespaces/{space}/pods/p1");
        await Make(space, 23, 25);
        await Server.Compact();
        proxy.Faults = null;
        await SameAs(space, view, 23);

        await stop.CancelAsync();
        await running;
    }

    private async Task SameAs(string space, IObjectView<string> view, int count)
    {
        var (items, _) = await Server.Admin.List($"/api/v1/namespaces/{space}/pods");
        var there = string.Join(' ', items.Select(FakePods.NameOf).Order(StringComparer.Ordinal));
        await Eventually.Get(() => Task.FromResult(string.Join(' ', view.Snapshot().Order(StringComparer.Ordinal))), seen => seen == there, $"the view shows {there}");
        Assert.Equal(count, items.Count);
    }

    private async Task Make(string space, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var pod = FakePods.Gpu($"p{i}", "nobody", 0);
            pod["metadata"]!["labels"] = new JsonObject { ["watched"] = "yes" };
            await Server.Admin.Create($"/api/v1/namespaces/{space}/pods", pod);
        }
    }
}
