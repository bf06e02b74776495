namespace Scheduling.Scaling;

/// <summary>Why a cloud gave no machines.</summary>
[GenerateSerializer]
public enum ScaleFailure
{
    /// <summary>Something else, or not known.</summary>
    Other = 0,

    /// <summary>It has none left of the kind, for now: AllocationFailed.</summary>
    Allocation = 1,

    /// <summary>None that meet all of the conditions: OverconstrainedAllocationRequest.</summary>
    Overconstrained = 2,

    /// <summary>The subscription may not have more.</summary>
    Quota = 3,

    /// <summary>The kind is not sold here.</summary>
    Sku = 4,

    /// <summary>We may not ask for it: a role, a lock or a policy of the subscription.</summary>
    Denied = 5,
}
