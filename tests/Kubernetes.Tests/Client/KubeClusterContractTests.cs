using System.Diagnostics.Metrics;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.Watching;
using k8s;
using k8s.Models;
using KubeKit;
using KubeTests.Contract;
using KubeTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using KubeApi = Gateway.Kubernetes.Client.KubeApi;

namespace KubeTests.Client;

/// <summary>The real client with a real API server keeps the contract.</summary>
public sealed class KubeClusterContractTests(KubeServerFixture fixture) : PodClusterContract
{
    private protected override async Task<IPodClusterWorld> Begin()
    {
        Assert.SkipWhen(KubeBinaries.WhyMissing is not null, KubeBinaries.WhyMissing ?? "");
        return await World.Begin(fixture.Server);
    }

    private sealed class World : IPodClusterWorld
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly IKubernetes _client;
        private readonly KubeCluster _cluster;
        private readonly string _namespace;
        private readonly Task _running;

        private World(KubeServer server, string @namespace)
        {
            _namespace = @namespace;
            var options = new KubeApiOptions { KubeConfig = server.Kubeconfig(), CallTimeout = TimeSpan.FromSeconds(60) };
            _client = KubeClients.Create(options);
            var api = new KubeApi("real", _client, options, TimeProvider.System);
            var informer = new Informer<V1Pod>(
                ListWatch.Pods(_client, PodMarks.Job), new InformerOptions(), new WatchInstruments(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System, new Random(1),
                NullLogger.Instance, "real");
            _cluster = new KubeCluster(api, informer, new PodBinder(api), new PauseBuilder(@namespace), new KubeClusterOptions { NewsWait = TimeSpan.FromSeconds(1) }, TimeProvider.System);
            _running = informer.Run(_stop.Token);
        }

        public static async Task<World> Begin(KubeServer server) => new(server, await server.CreateNamespace());

        /// <summary>No node of that name is there: a real server binds to it all the same, and nobody starts the pod.</summary>
        public NodeId Node(int index) => new($"{_namespace}-node-{index}");

        public JobId Job(string name) => new($"{_namespace}-{name}");

        public Task<T> Do<T>(Func<IPodCluster, Task<T>> call) => call(_cluster);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _cluster.Dispose();
            _client.Dispose();
            _stop.Dispose();
            await _services.DisposeAsync();
        }
    }

    private sealed class PauseBuilder(string @namespace) : IPodBuilder
    {
        public string NamespaceOf(PodOrder order) => @namespace;

        public V1Pod Build(PodOrder order) => new() { Spec = new V1PodSpec { Containers = [new V1Container { Name = "pause", Image = "pause" }] } };
    }
}
