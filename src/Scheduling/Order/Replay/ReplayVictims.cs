namespace Scheduling.Order.Replay;

/// <summary>
/// Who runs on which node, and who would have to give way for a waiting job: on one node the fewest that free enough, among nodes where they
/// hold the fewest GPUs in all; for gangs the nodes that are cheapest to clear.
/// </summary>
internal sealed class ReplayVictims(ReplayNodes nodes)
{
    private readonly List<ReplayAttempt>[] _on = [.. Enumerable.Range(0, nodes.Nodes).Select(_ => new List<ReplayAttempt>())];
    private readonly List<(int Gpus, int Node, List<ReplayAttempt> Victims)> _cleared = [];
    private readonly List<ReplayAttempt> _candidates = [];

    public IReadOnlyList<ReplayAttempt> On(int node) => _on[node];

    public void Started(ReplayAttempt attempt)
    {
        foreach (var share in attempt.Shares)
            _on[share.Node].Add(attempt);
    }

    public void Left(ReplayAttempt attempt)
    {
        foreach (var share in attempt.Shares)
            _on[share.Node].Remove(attempt);
    }

    /// <summary>Those who give way so that a gang of this size fits; null when not enough may.</summary>
    public IReadOnlyList<ReplayAttempt>? Find(int gpus, Func<ReplayAttempt, bool> givesWay)
    {
        var perNode = Math.Min(gpus, ReplayNodes.GpusPerNode);
        var wanted = (gpus + ReplayNodes.GpusPerNode - 1) / ReplayNodes.GpusPerNode;
        _cleared.Clear();
        for (var node = 0; node < nodes.Nodes; node++)
        {
            if (!nodes.IsHeld(node) && Clear(node, perNode, givesWay) is { } victims)
                _cleared.Add((victims.Sum(v => v.Gpus), node, victims));
        }

        if (_cleared.Count < wanted)
            return null;
        _cleared.Sort(static (x, y) => x.Gpus != y.Gpus ? x.Gpus.CompareTo(y.Gpus) : x.Node.CompareTo(y.Node));
        return wanted == 1 ? _cleared[0].Victims : [.. _cleared.Take(wanted).SelectMany(c => c.Victims).Distinct()];
    }

    /// <summary>The least urgent first, and then without those that turned out not to be needed.</summary>
    private List<ReplayAttempt>? Clear(int node, int gpus, Func<ReplayAttempt, bool> givesWay)
    {
        var free = nodes.FreeOn(node);
        if (free >= gpus)
            return [];
        _candidates.Clear();
        var could = free;
        foreach (var attempt in _on[node])
        {
            if (!givesWay(attempt))
                continue;
            _candidates.Add(attempt);
            could += attempt.GpusOn(node);
        }

        if (could < gpus)
            return null;
        _candidates.Sort(static (x, y) => x.Turn != y.Turn ? y.Turn.CompareTo(x.Turn) : x.Index.CompareTo(y.Index));
        var victims = new List<ReplayAttempt>();
        foreach (var candidate in _candidates)
        {
            if (free >= gpus)
                break;
            victims.Add(candidate);
            free += candidate.GpusOn(node);
        }

        for (var i = victims.Count - 1; i >= 0; i--)
        {
            if (free - victims[i].GpusOn(node) < gpus)
                continue;
            free -= victims[i].GpusOn(node);
            victims.RemoveAt(i);
        }

        return victims;
    }
}
