using System.Collections.Immutable;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.Watching;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>Small node objects and pods.</summary>
internal static class NodesToTest
{
    public static NodeObject Node(string name, params (string Key, string Value)[] labels) => new()
    {
        Name = new NodeId(name),
        Uid = $"uid-{name}",
        Version = "1",
        Boot = "boot-1",
        Ready = true,
        Labels = [.. labels.Select(l => new Label(l.Key, l.Value))],
        Allocatable = new ResourceAmounts { { "cpu", "96" }, { "memory", "900Gi" }, { "nvidia.com/gpu", "8" }, { "pods", "110" } },
    };

    public static NodeObject With(this NodeObject node, params NodeTaint[] taints) => node with { Taints = [.. taints], Version = node.Version + "t" };

    public static NodePod Pod(string name, string node, long cpu = 0, bool isOurs = false, PodStay stay = PodStay.Evicted) => new()
    {
        Namespace = "default", Name = name, Uid = $"uid-{name}", Node = new NodeId(node), IsOurs = isOurs, Stay = stay, CpuMilli = cpu,
    };
}

/// <summary>A view that a test writes.</summary>
internal sealed class FakeView<T> : IObjectView<T> where T : class
{
    private readonly Dictionary<ObjectKey, T> _all = [];
    private readonly List<Action<ObjectChange<T>>> _subscribers = [];

    public bool HasSynced { get; set; } = true;

    public Task WhenSynced => Task.CompletedTask;

    public long Version { get; private set; }

    public T? Find(ObjectKey key) => _all.GetValueOrDefault(key);

    public IReadOnlyList<T> Snapshot() => [.. _all.Values];

    public IDisposable Subscribe(Action<ObjectChange<T>> changed)
    {
        foreach (var (key, value) in _all)
        {
            changed(new ObjectChange<T>(key, null, value));
        }

        _subscribers.Add(changed);
        return new Ending(() => _subscribers.Remove(changed));
    }

    public void Put(ObjectKey key, T? value)
    {
        var before = Find(key);
        _ = value is null ? _all.Remove(key) : (_all[key] = value) is not null;
        Version++;
        _subscribers.ForEach(s => s(new ObjectChange<T>(key, before, value)));
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>Racks that say what a test lets them.</summary>
internal sealed class FakeKnownRacks : IKnownRacks
{
    public List<RackSpec> Racks { get; } = [];

    public int Reads { get; private set; }

    public Task<ImmutableArray<RackView>> Read(Func<PoolId, bool> ours, CancellationToken cancellationToken)
    {
        Reads++;
        return Task.FromResult<ImmutableArray<RackView>>(
            [.. Racks.Where(r => ours(r.Rack.Pool)).Select(r => new RackView { Spec = r, Schedulable = ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1 })]);
    }
}
