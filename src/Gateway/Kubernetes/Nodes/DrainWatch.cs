using System.Collections.Concurrent;
using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// What the actuator finds out about nodes that are held out, for the source to tell: what of others has to leave a draining node yet, and which
/// nodes are drained.
/// </summary>
internal sealed class DrainWatch
{
    private readonly ConcurrentDictionary<NodeId, string> _others = new();
    private volatile ImmutableHashSet<NodeId> _drained = [];

    /// <summary>Called when any of it changed, with the nodes that it is about.</summary>
    public event Action<NodeId>? Changed;

    /// <summary>Of a draining node: "" when nothing of others has to leave. Null: not counted, or it does not drain.</summary>
    public string? OthersOn(NodeId node) => _others.GetValueOrDefault(node);

    public bool IsDrained(NodeId node) => _drained.Contains(node);

    /// <param name="draining">All draining nodes, and what of others is on them.</param>
    /// <param name="drained">All drained ones.</param>
    public void Set(IReadOnlyDictionary<NodeId, string> draining, ImmutableHashSet<NodeId> drained)
    {
        var moved = _drained.SymmetricExcept(drained);
        _drained = drained;
        foreach (var (node, _) in _others)
        {
            if (!draining.ContainsKey(node) && _others.TryRemove(node, out _))
            {
                moved = moved.Add(node);
            }
        }

        foreach (var (node, others) in draining)
        {
            if (!_others.TryGetValue(node, out var known) || known != others)
            {
                _others[node] = others;
                moved = moved.Add(node);
            }
        }

        foreach (var node in moved)
        {
            Changed?.Invoke(node);
        }
    }
}
