using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Leadership;
using Gateway.Tests.Hollow;
using Grains.Pools;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>What a single pod costs from its placement to its node: one call of the cluster, and no question whose answer is known.</summary>
public sealed class GuestBackendTests : IDisposable
{
    private static readonly GuestPod Pod = Guests.Pod("p0") with { Version = "1" };
    private readonly Cluster _cluster = new();
    private readonly Racks _racks = new();
    private readonly GuestStore _store = new();
    private readonly GuestBackend _backend;
    private readonly List<AttemptId> _looks = [];
    private readonly CancellationTokenSource _stop = new();

    public GuestBackendTests()
    {
        _backend = new GuestBackend(_cluster, _store, _racks, new FakeFeed(), SoleLeader.Instance, new KubernetesOptions(), TimeProvider.System, NullLogger<GuestBackend>.Instance);
        _ = _backend.Watch(attempt =>
        {
            _looks.Add(attempt);
            return true;
        }, _stop.Token);
        _store.Put(Pod);
    }

    private static Assignment Assignment
    {
        get
        {
            var assignment = Make.Assignment("j", workers: 1);
            return assignment with { Spec = assignment.Spec with { Pods = new PodSet { Cluster = "c", Namespace = "team-a", Names = ["p0"], Uids = [Pod.Uid] } } };
        }
    }

    private static GuestPod Bound => Pod with { Version = "2", Node = new NodeId("n7"), BoundFor = Assignment.Attempt, Epoch = 0 };

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _backend.Dispose();
    }

    [Fact]
    public async Task Where_the_placement_names_the_node_no_rack_is_asked()
    {
        await _backend.Reconcile(Assignment with { Nodes = [new NodeId("n7")] }, CancellationToken.None);
        Assert.Equal(["p0 n7"], _cluster.Bound);
        Assert.Equal(0, _racks.Asked);
    }

    [Fact]
    public async Task Where_it_does_not_the_racks_are()
    {
        await _backend.Reconcile(Assignment, CancellationToken.None);
        Assert.Equal(["p0 n7"], _cluster.Bound);
        Assert.Equal(1, _racks.Asked);
    }

    [Fact]
    public async Task A_binding_that_the_watch_shows_as_it_was_sent_is_no_news()
    {
        await _backend.Reconcile(Assignment with { Nodes = [new NodeId("n7")] }, CancellationToken.None);
        _store.Put(Bound);
        Assert.Empty(_looks);
        _store.Put(Bound with { Version = "3", Phase = PodPhase.Running });
        Assert.Equal([Assignment.Attempt], _looks);
    }

    [Theory]
    [InlineData("elsewhere")]
    [InlineData("for another attempt")]
    [InlineData("under another epoch")]
    [InlineData("leaving")]
    [InlineData("running")]
    [InlineData("given up")]
    public async Task Anything_else_about_it_is(string what)
    {
        await _backend.Reconcile(Assignment with { Nodes = [new NodeId("n7")] }, CancellationToken.None);
        _store.Put(what switch
        {
            "elsewhere" => Bound with { Node = new NodeId("n8") },
            "for another attempt" => Bound with { BoundFor = Make.Attempt("k") },
            "under another epoch" => Bound with { Epoch = 6 },
            "leaving" => Bound with { IsLeaving = true },
            "given up" => Bound with { GivenUp = Assignment.Attempt },
            _ => Bound with { Phase = PodPhase.Running },
        });
        Assert.Equal([Assignment.Attempt], _looks);
    }

    private sealed class Racks : IWorkerNodes
    {
        public int Asked { get; private set; }

        public Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement)
        {
            Asked++;
            return Task.FromResult<ImmutableDictionary<int, NodeId>?>(ImmutableDictionary<int, NodeId>.Empty.Add(0, new NodeId("n7")));
        }

        public Task<GangPlacement> Now(AttemptId attempt, GangPlacement placement) => throw new NotSupportedException();

        public Task<string?> Leave(AttemptId attempt, JobSpec spec, GangPlacement placement, NodeId node) => throw new NotSupportedException();
    }

    private sealed class Cluster : IGuestCluster
    {
        public List<string> Bound { get; } = [];

        public string Name => "c";

        public ValueTask<bool> CanGiveUp(CancellationToken cancellationToken) => ValueTask.FromResult(true);

        public Task<ClusterAnswer<GuestPod>> Read(string space, string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ClusterAnswer<GuestPod>> Bind(GuestPod pod, NodeId node, AttemptId attempt, long epoch, CancellationToken cancellationToken)
        {
            Bound.Add($"{pod.Name} {node}");
            return Task.FromResult<ClusterAnswer<GuestPod>>(new ClusterAnswer<GuestPod>.Done(pod with { Node = node, BoundFor = attempt, Epoch = epoch }));
        }

        public Task<ClusterAnswer<GuestPod>> GiveUp(GuestPod pod, AttemptId attempt, long epoch, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ClusterAnswer<GuestPod>> Mark(GuestPod pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ClusterAnswer<GuestPod>> Delete(GuestPod pod, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ClusterAnswer<JsonElement>> ReadObject(string apiVersion, string plural, string space, string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
