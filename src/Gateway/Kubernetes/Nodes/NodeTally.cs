using Gateway.Kubernetes.Watching;

namespace Gateway.Kubernetes.Nodes;

/// <summary>The pods on one node, added up as they come and go.</summary>
internal sealed class NodeTally
{
    private readonly Dictionary<ObjectKey, NodePod> _pods = [];

    public int Pods => _pods.Count;

    /// <summary>What pods of others ask for.</summary>
    public long OthersCpuMilli { get; private set; }
    public long OthersMemoryBytes { get; private set; }

    public IEnumerable<NodePod> All => _pods.Values;

    public void Put(ObjectKey key, NodePod pod)
    {
        Remove(key);
        _pods.Add(key, pod);
        Count(pod, 1);
    }

    public void Remove(ObjectKey key)
    {
        if (_pods.Remove(key, out var pod))
        {
            Count(pod, -1);
        }
    }

    /// <summary>Devices of this resource that pods of others have.</summary>
    public int OthersDevices(string resource)
    {
        var devices = 0m;
        foreach (var pod in _pods.Values)
        {
            devices += pod is { IsOurs: false, Devices: { } asked } ? asked[resource] : 0;
        }

        return (int)Math.Min(devices, int.MaxValue);
    }

    /// <summary>What pods of others ask for by name.</summary>
    public ResourceAmounts OthersNamed()
    {
        var sum = new ResourceAmounts();
        foreach (var pod in _pods.Values)
        {
            if (pod is { IsOurs: false, Devices: { } asked })
            {
                sum.Add(asked);
            }
        }

        return sum;
    }

    private void Count(NodePod pod, int sign)
    {
        if (!pod.IsOurs)
        {
            OthersCpuMilli += sign * pod.CpuMilli;
            OthersMemoryBytes += sign * pod.MemoryBytes;
        }
    }
}
