using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>The victims of one search with their prices, and trials of the index without some of them.</summary>
internal sealed class VictimCrew
{
    private readonly PlacementIndex index;
    private readonly GangRequest request;
    private readonly PlacementBuffer buffer = new();
    private readonly long[][] returns;
    private readonly int[][] sources;
    private readonly ImmutableArray<ReclaimNeed> needs;

    public VictimCrew(PlacementIndex index, GangRequest request, IReadOnlyList<Victim> victims, PreemptionOptions options)
    {
        this.index = index;
        this.request = request;
        needs = options.Reclaim;
        Victims = Choose(victims, options);
        Price = new long[Victims.Count];
        Gpu = new long[Victims.Count];
        for (var i = 0; i < Victims.Count; i++) (Price[i], Gpu[i]) = (EvictionCost.Of(Victims[i], options.Now, options.Pricing), Victims[i].GpuMilli);
        returns = new long[needs.Length][];
        sources = new int[needs.Length][];
        for (var need = 0; need < needs.Length; need++)
        {
            returns[need] = [.. Victims.Select(v => Returned(v, needs[need]))];
            sources[need] = [.. Victims.Select(v => needs[need].SourceOf(v.Quota))];
        }
    }

    public IReadOnlyList<Victim> Victims { get; }

    /// <summary>What evicting each costs.</summary>
    public long[] Price { get; }

    public long[] Gpu { get; }

    public int Needs => needs.Length;

    /// <summary>Nothing given back of a need yet.</summary>
    public GivenBack Nothing(int need) => new(needs[need], returns[need], sources[need]);

    public EvictionScore Score(List<int> set)
    {
        long cost = 0, gpu = 0, started = 0;
        var evictions = 0;
        foreach (var victim in set)
        {
            cost += Price[victim];
            gpu += Gpu[victim];
            if (Victims[victim].IsStopping) continue;
            evictions++;
            started += Victims[victim].StartedAt.ToUnixTimeSeconds();
        }

        return new EvictionScore(cost, evictions, gpu, started);
    }

    /// <summary>The dearest first; of equals the one that frees most, then the one that started first.</summary>
    public void SortDearestFirst(List<int> set) => set.Sort((a, b) =>
    {
        if (Price[a] != Price[b]) return Price[b].CompareTo(Price[a]);
        if (Gpu[a] != Gpu[b]) return Gpu[b].CompareTo(Gpu[a]);
        var byStart = Victims[a].StartedAt.CompareTo(Victims[b].StartedAt);
        return byStart != 0 ? byStart : a - b;
    });

    /// <summary>True when these give back all that must be reclaimed.</summary>
    public bool GivesBack(List<int> set)
    {
        for (var need = 0; need < needs.Length; need++)
        {
            var given = Nothing(need);
            foreach (var victim in set) given.Add(victim);
            if (given.Left > 0) return false;
        }

        return true;
    }

    /// <summary>Whether the gang fits with these gone; everything is as before afterwards.</summary>
    public bool Fits(List<int> set)
    {
        Release(set);
        try
        {
            return Fits();
        }
        finally
        {
            Take(set);
        }
    }

    /// <summary>Where the gang goes with these gone; null when it does not fit.</summary>
    public GangPlacement? Target(List<int> set)
    {
        Release(set);
        try
        {
            if (!index.TryPlace(request, buffer)) return null;
            var target = buffer.ToPlacement();
            index.Release(buffer);
            return target;
        }
        finally
        {
            Take(set);
        }
    }

    /// <summary>
    /// Leaves out, the dearest first, whom the index shows not to be needed; at most so many are tried. The set must fit and give back enough.
    /// </summary>
    public void Spare(List<int> set, int trials)
    {
        SortDearestFirst(set);
        Release(set);
        try
        {
            for (var i = 0; i < set.Count && trials > 0; trials--)
            {
                var victim = set[i];
                set.RemoveAt(i);
                Take(victim);
                if (GivesBack(set) && Fits()) continue;
                index.Release(Victims[victim].Placement, Victims[victim].Roles);
                set.Insert(i++, victim);
            }
        }
        finally
        {
            Take(set);
        }
    }

    /// <summary>
    /// The cheapest part of a list, dearest first, without which the gang fits and which gives back enough; null when so many trials find
    /// nothing below <paramref name="limit"/>.
    /// </summary>
    public List<int>? CheapestOf(List<int> list, long[] price, long limit, int trials)
    {
        List<int>? best = null;
        var chosen = new List<int>();
        Release(list);
        try
        {
            Descend(0, 0);
        }
        finally
        {
            Take(list);
        }

        return best;

        // The chosen and the undecided are gone.
        void Descend(int at, long cost)
        {
            if (cost >= limit || trials <= 0) return;
            if (at == list.Count)
            {
                if (GivesBack(chosen)) (best, limit) = ([.. chosen], cost);
                return;
            }

            var victim = Victims[list[at]];
            Take(list[at]);
            trials--;
            var isNeeded = !Fits();
            if (!isNeeded) Descend(at + 1, cost);
            index.Release(victim.Placement, victim.Roles);
            chosen.Add(list[at]);
            Descend(at + 1, cost + price[list[at]]);
            chosen.RemoveAt(chosen.Count - 1);
        }
    }

    /// <summary>Victims that hold nothing there any more, or of which too many were given, are left out.</summary>
    private List<Victim> Choose(IReadOnlyList<Victim> victims, PreemptionOptions options)
    {
        var chosen = new List<Victim>(victims.Count);
        foreach (var victim in victims)
            if (index.Holds(victim.Placement, victim.Roles)) chosen.Add(victim);
        if (chosen.Count <= options.MaxCandidates) return chosen;
        return [.. chosen
            .Select((v, i) => (Victim: v, Order: i, PerGpu: EvictionCost.Of(v, options.Now, options.Pricing) / (double)Math.Max(1, v.GpuMilli)))
            .OrderBy(v => v.PerGpu).ThenBy(v => v.Order).Take(options.MaxCandidates).OrderBy(v => v.Order).Select(v => v.Victim)];
    }

    private static long Returned(Victim victim, ReclaimNeed need)
    {
        if (need.SourceOf(victim.Quota) < 0) return 0;
        long amount = 0;
        foreach (var charged in victim.Amounts)
            if (charged.Resource == need.Resource) amount += charged.Amount;
        return amount;
    }

    private bool Fits()
    {
        if (!index.TryPlace(request, buffer)) return false;
        index.Release(buffer);
        return true;
    }

    private void Release(List<int> set)
    {
        foreach (var victim in set) index.Release(Victims[victim].Placement, Victims[victim].Roles);
    }

    private void Take(List<int> set)
    {
        foreach (var victim in set) Take(victim);
    }

    private void Take(int victim) => index.Take(Victims[victim].Placement, Victims[victim].Roles);
}
