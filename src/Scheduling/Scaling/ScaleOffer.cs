using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>What a scale set offers, as the operator wrote it down.</summary>
public sealed record ScaleOffer
{
    /// <summary>The cloud's resource id.</summary>
    public required string Set { get; init; }

    /// <summary>The kind of machine in one place at one price. Sets with the same key are refused together.</summary>
    public required OfferingKey Offering { get; init; }

    /// <summary>A node as it will join; its name does not count.</summary>
    public required NodeSpec Node { get; init; }

    /// <summary>Its own room for machines; the smaller of it and the grain's ceiling counts.</summary>
    public required int Ceiling { get; init; }

    /// <summary>Machines in one rack of it; they fill rack after rack. 1–64.</summary>
    public int RackSize { get; init; } = RackSpec.MaxNodes;

    /// <summary>Of each rack, the nodes that stay free as spares: "16 of 18" is 2.</summary>
    public int Spares { get; init; }

    /// <summary>The network block that its racks are in. Of an InfiniBand set, one that no other set is in.</summary>
    public required string Block { get; init; }

    /// <summary>Whole racks are bought, not parts of them.</summary>
    public bool CompleteRacks { get; init; }

    /// <summary>So many more machines than are needed, as a part of them, where some tend not to come. What is not needed in the end is returned. 0: none.</summary>
    public double OverProvision { get; init; }

    /// <summary>What one machine costs an hour, in whatever unit the ceiling on cost is in.</summary>
    public decimal PricePerHour { get; init; }

    /// <summary>What the cloud's quota counts of one machine.</summary>
    public int CoresPerMachine { get; init; }

    /// <summary>The cloud may take its machines back at any time.</summary>
    public bool IsSpot { get; init; }
}

/// <summary>A kind of machine in one place at one price.</summary>
/// <param name="Kind">The size, as the cloud calls it.</param>
/// <param name="Place">Region, and zone where there is one.</param>
/// <param name="IsSpot">At the spot price.</param>
public readonly record struct OfferingKey(string Kind, string Place, bool IsSpot)
{
    public override string ToString() => $"{Kind} in {Place}{(IsSpot ? " (spot)" : "")}";
}

/// <summary>A scale set as the planner sees it.</summary>
public sealed record OfferedSet
{
    public required ScaleOffer Offer { get; init; }

    public required ScaleSetState State { get; init; }

    /// <summary>As read last. Which of them are nodes is told by the pool's racks.</summary>
    public ImmutableArray<ScaleSetInstance> Instances { get; init; } = [];

    /// <summary>False: machines may be coming that the reading does not show, so nothing follows from those that it lacks.</summary>
    public bool IsSettled { get; init; } = true;

    /// <summary>Cores that the cloud's quota leaves for it alone; null: not known, and the cloud will say.</summary>
    public long? CoresLeft { get; init; }

    /// <summary>Cores that the cloud's quotas leave for it and others: of the region, of the family. What one set is to get, the others do not.</summary>
    public ImmutableArray<SharedQuota> Quotas { get; init; } = [];
}

/// <summary>Cores that several sets share.</summary>
/// <param name="Name">The same for all that share it.</param>
/// <param name="CoresLeft">As the cloud said last.</param>
public readonly record struct SharedQuota(string Name, long CoresLeft)
{
    public override string ToString() => $"{CoresLeft} cores left of {Name}";
}
