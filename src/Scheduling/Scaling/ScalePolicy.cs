using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>What an operator allows and wants of a pool's capacity.</summary>
public sealed record ScalePolicy
{
    /// <summary>Machines in all sets of the pool.</summary>
    public int MaxMachines { get; init; } = int.MaxValue;

    /// <summary>What all machines together may cost an hour; null: no ceiling.</summary>
    public decimal? MaxCostPerHour { get; init; }

    /// <summary>Machines that are returned within ten minutes.</summary>
    public int MaxDeletionsPerTenMinutes { get; init; } = 100;

    /// <summary>A node that has been idle for so long is returned.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Machines that were bought for a gang are its own for so long, from when the first of them was seen.</summary>
    public TimeSpan KeepForGang { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A gang that cannot be completed for so long gives its machines up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Machines kept ready for work that has not come yet. All rules hold beside each other.</summary>
    public ImmutableArray<WarmRule> Warm { get; init; } = [];
}

/// <summary>So many idle machines are kept: at all times, or at known hours.</summary>
public sealed record WarmRule
{
    public required int Machines { get; init; }

    /// <summary>Only of this model; null: of any.</summary>
    public string? GpuModel { get; init; }

    /// <summary>For this tenant: on nodes that its workers may use; null: on nodes that everybody may use.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>On these days; empty: on all.</summary>
    public ImmutableArray<DayOfWeek> Days { get; init; } = [];

    /// <summary>From this time of day (UTC) …</summary>
    public TimeOnly From { get; init; }

    /// <summary>… to this one; the same as <see cref="From"/>: all day. Before it: over midnight, by the day on which it began.</summary>
    public TimeOnly To { get; init; }

    public bool Holds(DateTimeOffset now)
    {
        var time = TimeOnly.FromTimeSpan(now.UtcDateTime.TimeOfDay);
        var (isAllDay, isOverMidnight) = (From == To, From > To);
        var isIn = isAllDay || (isOverMidnight ? time >= From || time < To : time >= From && time < To);
        var day = isOverMidnight && time < To ? now.UtcDateTime.AddDays(-1).DayOfWeek : now.UtcDateTime.DayOfWeek;
        return isIn && (Days.IsEmpty || Days.Contains(day));
    }

    public bool Counts(NodeSpec node) =>
        (GpuModel is null || node.GpuModel == GpuModel) && (Tenant is { } tenant ? node.Tenants.Contains(tenant) : node.Tenants.IsEmpty);
}
