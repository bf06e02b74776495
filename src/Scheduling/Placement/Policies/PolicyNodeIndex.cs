using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>Where a worker goes.</summary>
/// <param name="Node">The node's number; -1 when the worker fits nowhere.</param>
/// <param name="Gpu">The GPU of a fraction; -1 for other workers, which take the lowest free ones.</param>
public readonly record struct NodeChoice(int Node, int Gpu)
{
    public static NodeChoice None { get; } = new(-1, -1);

    public bool IsNone => Node < 0;
}

/// <summary>
/// Finds the node that a scoring policy rates highest, without rating all: nodes in equal state share one rating, ratings are kept per worker
/// shape, and only what changed since a shape was last asked for is looked at again. Single-threaded. Of equal ratings the node with the lowest
/// number wins, whatever happened before.
/// </summary>
/// <remarks>
/// A change of a node costs one step in each shape that is asked for later: a look at a known state, or one rating of a new one. So a decision costs
/// about (shapes in use) × (changes between two decisions), with the logarithm of the states on top, and not the number of nodes.
/// </remarks>
public sealed class PolicyNodeIndex
{
    private readonly NodeStates states;
    private readonly StateLog log = new();
    private readonly Dictionary<WorkerShape, RatedStates> shapes = [];
    private readonly Func<int, WorkerShape, bool>? allows;
    private readonly int shapesKept;
    private short[]?[] left = [];
    private long uses;

    /// <param name="policy">Rates nodes.</param>
    /// <param name="allows">Whether a node of this kind (<see cref="NodeFree.NodeKind"/>) takes the worker at all; null: all do.</param>
    /// <param name="shapesKept">Worker shapes whose ratings are kept; the least recently used is dropped, at the cost of rating anew.</param>
    public PolicyNodeIndex(IScoringPolicy policy, Func<int, WorkerShape, bool>? allows = null, int shapesKept = 128)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shapesKept, 1);
        Policy = policy;
        this.allows = allows;
        this.shapesKept = shapesKept;
        states = new NodeStates(policy.ByPosition);
    }

    public IScoringPolicy Policy { get; }

    /// <summary>Nodes that take work.</summary>
    public int Count => states.Nodes;

    /// <summary>What is expected. Setting another object voids the ratings of policies that use it.</summary>
    public Demand Demand { get; set; } = Demand.Unknown;

    /// <summary>Adds a node under a number of the caller's, or says what it has left now.</summary>
    public void Set(int node, in NodeFree free)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        if (node >= left.Length) Array.Resize(ref left, Math.Max(64, Math.Max(node + 1, left.Length * 2)));
        if (left[node]?.Length == free.GpuLeft.Length) free.GpuLeft.CopyTo(left[node]);
        else left[node] = free.GpuLeft.ToArray();
        var (before, after) = states.Move(node, free);
        if (before == after) return;
        if (before >= 0) log.Append(before);
        log.Append(after);
    }

    /// <summary>Takes a node out. Unknown nodes are ignored.</summary>
    public void Remove(int node)
    {
        if (states.Remove(node) is >= 0 and var before) log.Append(before);
    }

    /// <summary>The best node with room for one such worker. Changes nothing.</summary>
    public NodeChoice FindBest(WorkerShape shape)
    {
        if (!shapes.TryGetValue(shape, out var rated))
        {
            if (shapes.Count == shapesKept) DropOldest();
            shapes.Add(shape, rated = new RatedStates(shape));
        }

        rated.LastUse = ++uses;
        var (node, gpu) = rated.Best(states, log, Policy, Demand, allows);
        if (node < 0) return NodeChoice.None;
        if (gpu < 0 || Policy.ByPosition) return new NodeChoice(node, gpu);
        // A state keeps the rests in rising order; where this one is only the node knows.
        var milli = states.View(states.StateOf(node)).GpuLeft[gpu];
        return new NodeChoice(node, Array.IndexOf(left[node]!, milli));
    }

    private void DropOldest()
    {
        var oldest = shapes.MinBy(s => s.Value.LastUse).Key;
        shapes.Remove(oldest);
    }
}
