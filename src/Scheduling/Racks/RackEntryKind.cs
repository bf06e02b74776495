namespace Scheduling.Racks;

/// <summary>What changed in a rack's ledger. Stored: never renumbered.</summary>
[GenerateSerializer]
public enum RackEntryKind
{
    None = 0,

    /// <summary>A pool of <see cref="RackEntry.Epoch"/> took over.</summary>
    Attached = 1,

    /// <summary><see cref="RackEntry.Allocation"/> is held, in place of whatever its attempt had.</summary>
    Held = 2,

    /// <summary>The hold of <see cref="RackEntry.Plan"/> became an allocation.</summary>
    Committed = 3,

    /// <summary>What <see cref="RackEntry.Plan"/> had is free, and the plan may not come back.</summary>
    Released = 4,

    /// <summary>The rack consists of <see cref="RackEntry.Spec"/> now, slot by slot.</summary>
    Offered = 5,

    /// <summary><see cref="RackEntry.Node"/> takes new work, or no longer.</summary>
    SchedulableSet = 6,

    /// <summary>Some of <see cref="RackEntry.Allocation"/>'s workers are on another node than before, under the same plan.</summary>
    Moved = 7,
}
