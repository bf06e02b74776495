namespace Gateway.Kubernetes.Nodes;

/// <summary>Who was asked to leave, what came of it, and when to ask again. Not for several threads.</summary>
internal sealed class EvictionBook(NodeActuatorOptions options)
{
    private readonly Dictionary<string, Asked> _asked = [];

    public bool IsDue(NodePod pod, DateTimeOffset now) => !_asked.TryGetValue(pod.Uid, out var asked) || now >= asked.Again;

    public void Note(NodePod pod, EvictionAnswer answer, DateTimeOffset now)
    {
        var times = _asked.TryGetValue(pod.Uid, out var before) ? before.Times + 1 : 1;
        var wait = options.EvictAgain * Math.Pow(2, Math.Min(times - 1, 20));
        var (why, least) = answer switch
        {
            EvictionAnswer.NotNow budget => (budget.Why, (TimeSpan?)null),
            EvictionAnswer.Failed failed => (failed.Why, failed.After),
            _ => (null, options.EvictAgainMost),
        };
        wait = wait < options.EvictAgainMost ? wait : options.EvictAgainMost;
        _asked[pod.Uid] = new Asked(times, now + (least > wait ? least.Value : wait), why);
    }

    /// <summary>Why it is still there, for people.</summary>
    public string WhyStays(NodePod pod) => pod switch
    {
        { IsLeaving: true } => "is leaving",
        { Stay: PodStay.Unmanaged } when !options.EvictUnmanaged => "has no controller that would make it again: delete it",
        _ => _asked.GetValueOrDefault(pod.Uid)?.Why ?? "was asked to leave",
    };

    /// <summary>Forgets everybody but these.</summary>
    public void Keep(IReadOnlySet<string> uids)
    {
        foreach (var (uid, _) in _asked)
        {
            if (!uids.Contains(uid))
            {
                _asked.Remove(uid);
            }
        }
    }

    private sealed record Asked(int Times, DateTimeOffset Again, string? Why);
}
