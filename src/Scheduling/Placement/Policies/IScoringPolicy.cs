using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Rates nodes for one worker that takes less than a node: the highest rating wins, of equal ones the node that stands first.
/// Every node on which the worker fits is a candidate: a policy chooses among them and turns nobody away.
/// </summary>
public interface IScoringPolicy
{
    /// <summary>What an operator calls it.</summary>
    string Name { get; }

    /// <summary>True when nodes with the same GPUs left in another order may be rated otherwise.</summary>
    bool ByPosition { get; }

    /// <summary>True when the rating depends on the expected demand: it is void when that changes.</summary>
    bool UsesDemand { get; }

    /// <summary>Rates a node on which the worker fits (<see cref="NodeFit.Fits"/>).</summary>
    NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand);
}

/// <summary>How well a node suits a worker.</summary>
/// <param name="Score">Higher is better.</param>
/// <param name="Gpu">The GPU that a fraction goes to; -1 for other workers, which take the lowest free ones.</param>
public readonly record struct NodeRating(double Score, int Gpu);
