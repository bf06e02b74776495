namespace Simulation.Outside.Guests;

/// <summary>What may go wrong in a run, all of it drawn from its seed.</summary>
internal sealed record OutsideFaults
{
    /// <summary>Of messages between silos: lost, and doubled.</summary>
    public double Loss { get; init; }

    /// <summary>Of writes to storage: failing before or after they were made.</summary>
    public double Storage { get; init; }

    /// <summary>Of calls to what is outside.</summary>
    public WireFaults Wire { get; init; } = WireFaults.None;

    /// <summary>Gateways are killed, frozen and cut off.</summary>
    public bool Gateways { get; init; }

    /// <summary>A silo crashes now and then.</summary>
    public bool Silos { get; init; }

    /// <summary>An API server that does not look at a binding's preconditions.</summary>
    public bool OldServer { get; init; }
}
