namespace Simulation.Outside;

/// <summary>What the world outside is like in a run.</summary>
internal sealed record OutsideSetup
{
    /// <summary>Machines that come back have restarted, and every machine has to pass preflight.</summary>
    public bool Restarts { get; init; }

    /// <summary>Most jobs have failed members started again, and outlive the loss of a node.</summary>
    public bool Swaps { get; init; }

    /// <summary>Users make the pods, and the gateway takes them in: see <see cref="Guests.GuestWorld"/>.</summary>
    public bool Guests { get; init; }

    /// <summary>With <see cref="Guests"/>: jobs of pods are cancelled often, and not only evicted.</summary>
    public bool Cancels { get; init; }

    /// <summary>
    /// With <see cref="Guests"/>: assignments name their nodes, as long as the pool has not been restarted. Otherwise they never do, so that the racks are asked and more comes in between.
    /// </summary>
    public bool NamesNodes { get; init; }

    /// <summary>There is a scale set.</summary>
    public bool ScaleSet { get; init; }

    /// <summary>The planner wants its machines; otherwise operators do.</summary>
    public bool Plans { get; init; }

    /// <summary>An API server that does not look at a binding's preconditions.</summary>
    public bool OldServer { get; init; }

    /// <summary>What is wrong with the product, to see that it is found.</summary>
    public Planted Planted { get; init; }
}
