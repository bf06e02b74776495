namespace Scheduling.Placement;

/// <summary>Why a gang could not fit even if every node were empty and took work.</summary>
/// <param name="Cause">The first cause that applies.</param>
/// <param name="Message">The same for the user, with names and numbers.</param>
public sealed record Impossibility(ImpossibilityCause Cause, string Message);

/// <summary>What makes a request impossible, in the order in which it is looked for.</summary>
public enum ImpossibilityCause
{
    /// <summary>No node offers any of the GPU models it may run on.</summary>
    GpuModel = 0,

    /// <summary>No node carries a label that it asks for.</summary>
    Label = 1,

    /// <summary>Every node that would do is dedicated to other tenants.</summary>
    Tenant = 2,

    /// <summary>Every node that would do has a taint it does not tolerate, or lacks one of several labels.</summary>
    NoNodeAllowed = 3,

    /// <summary>One worker is larger than any node that it may use.</summary>
    WorkerTooLarge = 4,

    /// <summary>One slice is larger than any domain that it must be in.</summary>
    SliceTooLarge = 5,

    /// <summary>The role's count is not a multiple of its slices' size.</summary>
    UnevenSlices = 6,

    /// <summary>So few workers may be in one domain that there are too few domains.</summary>
    TooFewDomains = 7,

    /// <summary>The gang is larger than any domain that it must be in.</summary>
    DomainTooSmall = 8,

    /// <summary>The gang is larger than the pool.</summary>
    PoolTooSmall = 9,

    /// <summary>Each rule can be kept, but not all of them at once, or not by all roles at once.</summary>
    Together = 10,

    /// <summary>No node offers so much of an extended resource. Looked for after labels.</summary>
    ExtendedResource = 11,
}
