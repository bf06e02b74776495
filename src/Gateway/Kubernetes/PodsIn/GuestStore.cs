using System.Collections.Concurrent;
using Gateway.Kubernetes.Watching;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A cluster's guests as the watch showed them last, by UID. Perhaps a little old, never out of order.</summary>
internal sealed class GuestStore
{
    private readonly ConcurrentDictionary<string, GuestPod> _pods = new(StringComparer.Ordinal);

    /// <summary>A pod that is there, as it is now; or null and the one that is gone.</summary>
    public event Action<GuestPod?, GuestPod?>? Changed;

    public IEnumerable<GuestPod> All => _pods.Values;

    /// <summary>Null: it is not there, or was not seen yet.</summary>
    public GuestPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    public void Put(GuestPod pod)
    {
        _pods.TryGetValue(pod.Uid, out var before);
        _pods[pod.Uid] = pod;
        Changed?.Invoke(before, pod);
    }

    public void Remove(string uid)
    {
        if (_pods.TryRemove(uid, out var before))
        {
            Changed?.Invoke(before, null);
        }
    }

    /// <summary>From the informer. A pod that was made again under the same name is another.</summary>
    public void Apply(ObjectChange<GuestPod> change)
    {
        if (change.Before is { } before && before.Uid != change.Now?.Uid)
        {
            Remove(before.Uid);
        }

        if (change.Now is { } now)
        {
            Put(now);
        }
    }
}
