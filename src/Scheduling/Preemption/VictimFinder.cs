using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>
/// Finds the cheapest whole gangs whose going makes room for another. Every answer is proven: the target is where the index itself placed
/// the gang with exactly the named victims gone, and none of them could be spared. The index is left as it was.
/// </summary>
/// <remarks>
/// In each domain of the level that is required, a set cover by price per worker gained, thinned and improved (<see cref="DomainSearch"/>),
/// worked out on copies of the nodes' state; the best few are then tried in the index, which knows every rule of placement. Where it refuses what
/// the copy thought enough, more victims are taken until it agrees.
/// </remarks>
public static class VictimFinder
{
    /// <param name="index">The pool as it is; the victims hold their placements in it.</param>
    /// <param name="request">The gang that needs room.</param>
    /// <param name="victims">Those who may be evicted: see <see cref="PreemptionRules.Eligible"/>.</param>
    /// <param name="options">Time, prices and bounds.</param>
    public static PreemptionAnswer Find(PlacementIndex index, GangRequest request, IReadOnlyList<Victim> victims, PreemptionOptions options)
    {
        if (!CouldHelp(index, request, victims)) return PreemptionAnswer.Useless.Instance;
        return new VictimSearch(index, request, new VictimCrew(index, request, victims, options), options).Find();
    }

    /// <summary>False when all the GPU there is, free, spare and the victims', is less than the gang asks for.</summary>
    private static bool CouldHelp(PlacementIndex index, GangRequest request, IReadOnlyList<Victim> victims)
    {
        var totals = index.Totals;
        var left = totals.FreeGpuMilli + totals.SpareGpus * 1000L;
        foreach (var role in request.Roles) left -= role.Shape.Gpus == 0 ? 0 : role.Count * role.Shape.TotalGpuMilli;
        for (var i = 0; i < victims.Count && left < 0; i++) left += victims[i].GpuMilli;
        return left >= 0;
    }
}
