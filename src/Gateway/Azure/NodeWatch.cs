using System.Collections.Immutable;
using System.Numerics;
using Gateway.Azure.Hooks;
using Grains.Nodes;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>Since when nodes of a pool have been idle, and which have joined and do not work. Known to one leader: the next begins anew, and waits longer.</summary>
internal sealed class NodeWatch(IScalingGrains grains, AzurePool settings, ScaleSetOptions options)
{
    /// <summary>Nodes that are asked about at once; the others have their turn with the next look.</summary>
    private const int MostAsked = 16;

    private readonly Dictionary<NodeId, DateTimeOffset> _idleSince = [];
    private readonly Dictionary<NodeId, DateTimeOffset> _closedSince = [];
    private readonly Dictionary<NodeId, string> _broken = [];
    private readonly Dictionary<NodeId, DateTimeOffset> _askAgain = [];

    public ImmutableDictionary<NodeId, DateTimeOffset> IdleSince => _idleSince.ToImmutableDictionary();

    /// <summary>Nodes that are given up, and why.</summary>
    public ImmutableDictionary<NodeId, string> Broken => _broken.ToImmutableDictionary();

    public void Forget()
    {
        _idleSince.Clear();
        _closedSince.Clear();
        _broken.Clear();
        _askAgain.Clear();
    }

    public async Task See(ScaleDemand demand, DateTimeOffset now)
    {
        // A gang that is placed and then refused by its quota, again and again, does not make a node one that worked. (Silos of before do not say who works: Workless is 0.)
        Follow(_idleSince, NodesOf(demand, r => r.Idle | r.Workless), now);
        var closed = NodesOf(demand, r => r.Closed);
        Follow(_closedSince, closed, now);
        foreach (var gone in _broken.Keys.Concat(_askAgain.Keys).Where(n => !closed.Contains(n)).ToList())
        {
            _broken.Remove(gone);
            _askAgain.Remove(gone);
        }

        if (settings.ReplaceAfter <= TimeSpan.Zero)
        {
            return;
        }

        var asked = _closedSince.Where(c => now - c.Value >= settings.ReplaceAfter && !(_askAgain.TryGetValue(c.Key, out var again) && now < again))
            .OrderBy(c => c.Value).ThenBy(c => c.Key.Value, StringComparer.Ordinal).Select(c => c.Key).Take(MostAsked).ToList();
        var views = await Task.WhenAll(asked.Select(grains.GetNode));
        for (var i = 0; i < asked.Count; i++)
        {
            _askAgain[asked[i]] = now + options.UsagesEvery;
            _broken.Remove(asked[i]);
            if (WhyBroken(views[i]) is { } why)
            {
                _broken[asked[i]] = $"it has taken no work since {_closedSince[asked[i]]:u}: {why}";
            }
        }
    }

    /// <summary>What an operator or the cluster holds out is theirs; what was drained because the cloud said so is nobody's.</summary>
    private static string? WhyBroken(NodeView? view) => view switch
    {
        { State: NodeState.NotReady } => view.Reason ?? "it is not ready",
        { State: NodeState.Preflight } => view.Reason ?? "it has not passed preflight",
        { State: NodeState.Drained, By: CloudSignals.User } => $"drained for {view.Reason}, and not taken back",
        _ => null,
    };

    private static void Follow(Dictionary<NodeId, DateTimeOffset> since, HashSet<NodeId> now, DateTimeOffset at)
    {
        foreach (var over in since.Keys.Where(n => !now.Contains(n)).ToList())
        {
            since.Remove(over);
        }

        foreach (var node in now)
        {
            since.TryAdd(node, at);
        }
    }

    private static HashSet<NodeId> NodesOf(ScaleDemand demand, Func<IdleRack, ulong> mask)
    {
        HashSet<NodeId> nodes = [];
        foreach (var rack in demand.Racks)
        {
            for (var rest = mask(rack); rest != 0; rest &= rest - 1)
            {
                nodes.Add(rack.Spec.Nodes[BitOperations.TrailingZeroCount(rest)].Name);
            }
        }

        return nodes;
    }
}
