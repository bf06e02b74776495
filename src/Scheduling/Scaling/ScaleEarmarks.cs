using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>Whose machines are whose after a plan.</summary>
internal sealed class ScaleEarmarks(ScaleScene scene)
{
    private readonly Dictionary<AttemptId, MachineEarmark> _before = scene.Demand.Earmarks.ToDictionary(e => e.For);

    /// <summary>Whom quota does not admit any more keeps nothing: whoever it admits instead is to have it.</summary>
    private readonly Dictionary<AttemptId, MachineEarmark> _changed =
        scene.Demand.Earmarks.Where(e => scene.Demand.NoLongerAdmitted.Contains(e.For)).ToDictionary(e => e.For, e => e with { Nodes = [] });

    /// <summary>Those that are to be told to the pool. Who could not be served may have given some in exchange all the same.</summary>
    public ImmutableArray<MachineEarmark> Changed
    {
        get
        {
            var given = _changed.Values.SelectMany(e => e.Nodes).ToHashSet();
            var fewer = _before.Values.Where(b => !_changed.ContainsKey(b.For) && b.Nodes.Any(given.Contains)).Select(b => b with { Nodes = b.Nodes.RemoveAll(given.Contains) });
            return [.. _changed.Values, .. fewer];
        }
    }

    /// <summary>A gang that waits for machines keeps those of them that are known by name. One for which all is there needs none: it is about to start.</summary>
    public void Served(AttemptId gang, ScaleYard.Taking taking)
    {
        var known = _before.GetValueOrDefault(gang);
        if (known is null && (!taking.Waits || taking.Bought.Count == 0))
        {
            return;
        }

        var mark = new MachineEarmark { For = gang, Nodes = [.. taking.Bought], Until = known?.Until ?? scene.Now + scene.Policy.KeepForGang };
        if (!mark.Equals(known))
        {
            _changed[gang] = mark;
        }
    }

    /// <summary>A gang that cannot be completed keeps what it has for a while: the cloud may have more soon.</summary>
    public void Unmet(AttemptId gang)
    {
        if (_before.TryGetValue(gang, out var known) && scene.Now - scene.UnmetSince.GetValueOrDefault(gang, scene.Now) >= scene.Policy.GiveUpAfter)
        {
            _changed[gang] = known with { Nodes = [] };
        }
    }

    /// <summary>I15: no machine goes that is kept for a gang.</summary>
    public void MustNotReturn(ImmutableArray<ScaleReturn> returns)
    {
        if (returns.IsEmpty || (_before.Count == 0 && _changed.Count == 0))
        {
            return;
        }

        var kept = _before.Where(b => !_changed.ContainsKey(b.Key)).Select(b => b.Value).Concat(_changed.Values).SelectMany(e => e.Nodes).ToHashSet();
        foreach (var gone in returns)
        {
            Invariant.Holds(!kept.Contains(gone.Node), "I15", $"{gone.Instance} of {gone.Set} is returned, and node {gone.Node} is kept for a gang");
        }
    }
}
