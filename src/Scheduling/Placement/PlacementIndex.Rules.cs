using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Sets of jobs that keep apart, and placement in a part of the pool.</summary>
public sealed partial class PlacementIndex
{
    /// <summary>
    /// A job of a set is on this part of its placement from now on: jobs of the set whose requests name it keep away. Nothing else counts
    /// it: not TryPlace, not Take, not SetRack. It outlives every change of the rack.
    /// </summary>
    public void JoinSet(JobId set, RackSlice slice) => sets.Count(set, slice, 1);

    /// <summary>The opposite of <see cref="JoinSet"/>, with an equal slice.</summary>
    /// <exception cref="InvalidOperationException">It had not joined.</exception>
    public void LeaveSet(JobId set, RackSlice slice) => sets.Count(set, slice, -1);

    /// <summary>Finds room for the whole gang in a part of the pool and takes it; null when there is none.</summary>
    public GangPlacement? TryPlace(GangRequest request, PlacementScope within)
    {
        MustBeOutsideTrial();
        return TryPlaceNow(request, asked, within) ? asked.ToPlacement() : null;
    }

    /// <summary>Whether the gang has room now in a part of the pool. Takes nothing.</summary>
    public bool Fits(GangRequest request, PlacementScope within) => FitsNow(request, asked, within);

    /// <summary>Why the gang could not fit even if every node were empty and took work; null when it could.</summary>
    public Impossibility? WhyNever(GangRequest request) => CouldFitEmpty(request) ? null : impossibility.Of(PlanOf(request), request);

    private bool NeedsRules(GangPlan plan, PlacementScope? within) =>
        plan.HasRules || within is not null || (table.HasDomains && Array.IndexOf(plan.Levels, TopologyLevel.NvlinkDomain) >= 0);
}
