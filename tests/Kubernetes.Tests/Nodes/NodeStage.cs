using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Gateway.Backends;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Grains;
using Grains.Nodes;
using Grains.Racks;
using k8s;
using k8s.Models;
using KubeKit;
using KubeTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Silo;
using Silo.Storage;

namespace KubeTests.Nodes;

/// <summary>Production grains in a silo of this process, and the product's node side between them and a real API server.</summary>
internal sealed class NodeStage : IAsyncDisposable
{
    /// <summary>What the product takes for its own pods here.</summary>
    public const string OurScheduler = "orleans-scheduler";

    public static readonly Caller Operator = new() { Tenant = null, User = "ann", Roles = CallerRoles.Operator };

    private readonly CancellationTokenSource _stopping = new();
    private readonly IHost _host;
    private readonly Task _running;
    private readonly NodeActuator _actuator;
    private readonly NodeReconciler _reconciler;
    private readonly KubernetesNodeSource _source;
    private readonly IKubernetes _client;

    private NodeStage(KubeServer server, IHost host, string label, NodeMappingOptions mapping)
    {
        Server = server;
        _host = host;
        mapping.Selector[label] = "";
        var (time, leader, drains) = (TimeProvider.System, new Epoch(1), new DrainWatch());
        _client = KubeClients.Create(new KubeApiOptions { KubeConfig = server.Kubeconfig() });
        var api = new Gateway.Kubernetes.Client.KubeApi("test", _client, new KubeApiOptions(), time);
        var instruments = new WatchInstruments(host.Services.GetRequiredService<IMeterFactory>());
        var nodes = new Informer<V1Node>(ListWatch.Nodes(_client), new InformerOptions(), instruments, time, new Random(1), NullLogger.Instance, "test");
        var pods = new Informer<V1Pod>(ListWatch.Pods(_client), new InformerOptions(), instruments, time, new Random(2), NullLogger.Instance, "test");
        var nodeView = nodes.View(NodeConverter.ToNode);
        var podView = pods.View(p => NodeConverter.ToPod(p, o => o.Spec.SchedulerName == OurScheduler));
        var known = new GrainKnownRacks(Grains);
        _source = new KubernetesNodeSource("test", nodeView, podView, known, mapping, drains, leader, time);
        var pace = new ReconcileOptions { NodesEvery = TimeSpan.FromMilliseconds(500), NodesSettle = TimeSpan.FromMilliseconds(20), AllNodesEvery = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromSeconds(1) };
        _reconciler = new NodeReconciler(_source, new GrainNodeSink(Grains), pace, time, NullLogger<NodeReconciler>.Instance, leader);
        var acting = new NodeActuatorOptions { Every = TimeSpan.FromMilliseconds(100), EvictAgain = TimeSpan.FromMilliseconds(200), ReassertAfter = TimeSpan.FromMilliseconds(300), Reassertions = 1 };
        _actuator = new NodeActuator(
            _source, nodeView, new KubernetesNodeCluster(api), new GrainNodeIntents(Grains, known), drains, leader, acting, time, host.Services.GetRequiredService<ILogger<NodeActuator>>());
        _running = Task.WhenAll(nodes.Run(_stopping.Token), pods.Run(_stopping.Token), _reconciler.Run(_stopping.Token), _actuator.Run(_stopping.Token));
    }

    public KubeServer Server { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public KubernetesNodeSource Source => _source;

    /// <param name="label">Only nodes with this label are taken, so that tests share a server.</param>
    public static async Task<NodeStage> Start(KubeServer server, string label, NodeMappingOptions? mapping = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddSchedulerSilo(o => o.Storage = StorageKind.Memory);
        builder.Services.Configure<NodeOptions>(o => o.RetryPeriod = TimeSpan.FromMilliseconds(200));
        var host = builder.Build();
        await host.StartAsync();
        return new NodeStage(server, host, label, mapping ?? new NodeMappingOptions { FewerGpusAfter = TimeSpan.FromMilliseconds(300), LowerAfter = TimeSpan.FromMilliseconds(300) });
    }

    public INodeGrain Node(string name) => Grains.GetGrain<INodeGrain>(name);

    /// <summary>The node as its grain shows it, once it is as wanted.</summary>
    public Task<NodeView?> Until(string node, Func<NodeView, bool> done, string what) =>
        Eventually.Get(() => Node(node).GetView(), v => v is not null && done(v), $"{node}: {what}");

    public Task<RackView?> UntilRack(string rack, Func<RackView, bool> done, string what) =>
        Eventually.Get(() => Grains.GetGrain<IRackGrain>(rack).GetView(), v => v is not null && done(v), $"{rack}: {what}");

    public Task<JsonObject> NodeObject(string name) => Server.Admin.Get($"/api/v1/nodes/{name}");

    /// <summary>The node's taints as KEY=VALUE:EFFECT, but for the one that admission puts on every new node and a controller would take off, once they are as wanted.</summary>
    public Task<string> UntilTaints(string node, Func<string, bool> done, string what) => Eventually.Get(async () => Taints(await NodeObject(node)), done, $"{node}: {what}");

    public static string Taints(JsonObject node) =>
        string.Join(", ", (node["spec"]!["taints"]?.AsArray() ?? []).Where(t => (string?)t!["key"] != "node.kubernetes.io/not-ready").Select(t => $"{t!["key"]}={t["value"]}:{t["effect"]}").Order(StringComparer.Ordinal));

    public Task PatchStatus(string node, JsonNode status) =>
        Server.Admin.Patch($"/api/v1/nodes/{node}/status", new JsonObject { ["status"] = status }, KubeKit.KubeApi.StrategicPatch);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _actuator.Dispose();
        _reconciler.Dispose();
        _source.Dispose();
        _client.Dispose();
        await _host.StopAsync();
        _host.Dispose();
        _stopping.Dispose();
    }

    private sealed class Epoch(long epoch) : ILeader
    {
        long? ILeader.Epoch => epoch;

        public Task Changed { get; } = new TaskCompletionSource().Task;
    }
}
