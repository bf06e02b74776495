using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// The domains among which one role is divided, in rack order, each with what it can take: workers, or whole slices of a role that comes
/// in slices. Decides who takes how much; nothing is placed here.
/// </summary>
internal sealed class UnitTable(RackTable table)
{
    /// <summary>More than any number of domains: it does not fit.</summary>
    public const int NoFit = int.MaxValue;

    private int[] atLeast = [];
    private int[] groups = [];
    private int[] quota = [];
    private RolePlan role = null!;
    private ShapeView view = null!;
    private int size;
    private int mostPerNode;

    public int Count { get; private set; }

    public int[] Rack { get; private set; } = [];

    /// <summary>The unit's nodes in its rack; of a block, not used.</summary>
    public ulong[] Mask { get; private set; } = [];

    /// <summary>What the unit can take.</summary>
    public int[] Cap { get; private set; } = [];

    /// <summary>What the unit is to take, after <see cref="Assign"/>.</summary>
    public int[] Share { get; private set; } = [];

    public TopologyLevel Level { get; private set; }

    /// <summary>Whether shares are slices, as many for each unit as for every other, give or take one.</summary>
    public bool IsSliced { get; private set; }

    /// <summary>Workers in one of what <see cref="Cap"/> counts.</summary>
    public int Size => size;

    /// <summary>Lists the units of the racks from <paramref name="start"/> to <paramref name="end"/> that can take anything. The view must be up to date.</summary>
    public void Build(RolePlan of, ShapeView by, TopologyLevel level, int start, int end, ReadOnlySpan<ulong> allowed, ulong nodes, bool inSlices)
    {
        (role, view, Level, Count) = (of, by, level, 0);
        IsSliced = inSlices && of.Slices is not null;
        size = IsSliced ? of.Slices!.Size : 1;
        mostPerNode = MostAt(TopologyLevel.Node);
        for (var rack = start; rack < end; rack++)
        {
            var here = allowed[rack] & nodes;
            if (view.Room[rack] == 0 || here == 0) continue;
            if (level == TopologyLevel.Block) AddToBlock(rack, here);
            else if (level == TopologyLevel.Rack) Add(rack, here, Math.Min(RoomOfRack(rack, here), MostAt(TopologyLevel.Rack)));
            else AddParts(rack, here, level == TopologyLevel.Node);
        }

        for (var i = 0; i < Count; i++) Cap[i] = Math.Min(Cap[i], MostAt(level)) / size;
        FindGroups();
    }

    /// <summary>The end of the run of units that lie in the same domain of a level as the first of them.</summary>
    public int EndOf(int from, TopologyLevel level)
    {
        if (level == TopologyLevel.None) return Count;
        var to = from + 1;
        if (!Level.IsTighterThan(level)) return to;
        while (to < Count && GroupOf(to, level) == GroupOf(from, level)) to++;
        return to;
    }

    /// <summary>What the units can take together, as far as it matters.</summary>
    public long RoomOf(int from, int to)
    {
        long room = 0;
        for (var i = from; i < to; i++) room += Cap[i];
        return room;
    }

    /// <summary>The fewest of the units that take so much under the role's rules, or <see cref="NoFit"/>.</summary>
    public int Needed(int from, int to, int amount)
    {
        if (to - from == 1) return Cap[from] >= amount && QuotaOf(from) >= amount ? 1 : NoFit;
        if (quota.Length > 0) return ShareUnderQuota(from, to, amount);
        CountCaps(from, to, amount);
        return IsSliced ? Balanced(amount) : Fewest(amount);
    }

    /// <summary>Sets the shares of the fewest units that take so much; <see cref="Needed"/> said that they exist.</summary>
    public void Assign(int from, int to, int amount)
    {
        Array.Clear(Share, from, to - from);
        if (to - from == 1)
        {
            Share[from] = amount;
            return;
        }

        if (quota.Length > 0)
        {
            _ = ShareUnderQuota(from, to, amount);
            return;
        }

        CountCaps(from, to, amount);
        if (!IsSliced)
        {
            AssignFewest(from, to, amount);
            return;
        }

        var units = Balanced(amount);
        var (each, more) = (amount / units, amount % units);
        AssignSmallest(from, to, each, units - more);
        AssignSmallest(from, to, each + 1, more);
    }

    /// <summary>Room of some nodes of a rack under the rules for what is smaller than a rack.</summary>
    public int RoomOfRack(int rack, ulong nodes)
    {
        var most = MostAt(TopologyLevel.NvlinkDomain);
        if (most == int.MaxValue) return view.RoomIn(rack, nodes, mostPerNode);
        var room = 0;
        foreach (var domain in table.DomainsOf(rack)) room += Math.Min(most, view.RoomIn(rack, nodes & domain, mostPerNode));
        return room;
    }

    private int MostAt(TopologyLevel level) => role.AntiAffinity is { } rule && rule.Level == level ? rule.MaxPerDomain : int.MaxValue;

    private void AddToBlock(int rack, ulong nodes)
    {
        var room = Math.Min(RoomOfRack(rack, nodes), MostAt(TopologyLevel.Rack));
        if (Count > 0 && table.BlockOf[Rack[Count - 1]] == table.BlockOf[rack]) Cap[Count - 1] += room;
        else Add(rack, nodes, room);
    }

    private void AddParts(int rack, ulong nodes, bool single)
    {
        nodes &= view.Eligible[rack] & table.Schedulable[rack];
        foreach (var domain in table.DomainsOf(rack))
        {
            if (!single) Add(rack, nodes & domain, view.RoomIn(rack, nodes & domain, mostPerNode));
            for (var rest = single ? nodes & domain : 0; rest != 0; rest &= rest - 1)
                Add(rack, rest & (0 - rest), view.NodeRoom(rack, BitOperations.TrailingZeroCount(rest)));
        }
    }

    private void Add(int rack, ulong nodes, int room)
    {
        if (room == 0) return;
        if (Count == Rack.Length) Grow();
        (Rack[Count], Mask[Count], Cap[Count]) = (rack, nodes, room);
        Count++;
    }

    private void Grow()
    {
        var length = Math.Max(64, Rack.Length * 2);
        var (rack, mask, cap) = (Rack, Mask, Cap);
        Array.Resize(ref rack, length);
        Array.Resize(ref mask, length);
        Array.Resize(ref cap, length);
        (Rack, Mask, Cap, Share) = (rack, mask, cap, new int[length]);
    }

    private long GroupOf(int unit, TopologyLevel level)
    {
        if (level == TopologyLevel.Block) return table.BlockOf[Rack[unit]];
        if (level != TopologyLevel.NvlinkDomain || table.Domains[Rack[unit]] is not { } domains) return (long)Rack[unit] << 8;
        return (long)Rack[unit] << 8 | (long)Array.FindIndex(domains, d => (d & Mask[unit]) != 0);
    }

    /// <summary>A rule for domains wider than the units: what all units of such a domain may take together.</summary>
    private void FindGroups()
    {
        quota = [];
        if (role.AntiAffinity is not { } rule || rule.Level == TopologyLevel.None || !Level.IsTighterThan(rule.Level)) return;
        groups = new int[Count];
        var number = -1;
        for (var i = 0; i < Count; i++)
        {
            if (i == 0 || GroupOf(i, rule.Level) != GroupOf(i - 1, rule.Level)) number++;
            groups[i] = number;
        }

        quota = new int[number + 1];
        Array.Fill(quota, rule.MaxPerDomain / size);
    }

    private int QuotaOf(int unit) => quota.Length == 0 ? int.MaxValue : quota[groups[unit]];

    /// <summary>Entry n: how many of the units can take n or more. Room beyond the amount does not count.</summary>
    private void CountCaps(int from, int to, int amount)
    {
        if (atLeast.Length < amount + 2) atLeast = new int[(amount + 2) * 2];
        Array.Clear(atLeast, 0, amount + 2);
        for (var i = from; i < to; i++) atLeast[Math.Min(Cap[i], amount)]++;
        for (var n = amount - 1; n >= 0; n--) atLeast[n] += atLeast[n + 1];
    }

    private int Fewest(int amount)
    {
        var needed = 0;
        for (var n = amount; n > 0; n--)
        {
            var here = atLeast[n] - atLeast[n + 1];
            if (here == 0) continue;
            if ((long)here * n >= amount) return needed + (amount + n - 1) / n;
            amount -= here * n;
            needed += here;
        }

        return amount <= 0 ? needed : NoFit;
    }

    private int Balanced(int amount)
    {
        for (var units = 1; units <= amount && units <= atLeast[1]; units++)
        {
            var (each, more) = (amount / units, amount % units);
            if (atLeast[each] >= units && atLeast[each + 1] >= more) return units;
        }

        return NoFit;
    }

    /// <summary>The biggest wholly, and the rest where it leaves least behind.</summary>
    private void AssignFewest(int from, int to, int amount)
    {
        for (var n = amount; n > 0 && amount > 0; n--)
        {
            var here = atLeast[n] - atLeast[n + 1];
            if (here == 0) continue;
            if (n >= amount) break;
            var count = Math.Min(here, amount / n);
            amount -= count * n;
            for (int i = from, give = count; give > 0; i++)
            {
                if (Cap[i] != n) continue;
                Share[i] = n;
                give--;
            }

            // One of these is left, and takes the rest.
            if (count < here) break;
        }

        if (amount > 0) AssignSmallest(from, to, amount, 1);
    }

    /// <summary>So much each to so many of the units that can and have nothing yet: those first that can take least.</summary>
    private void AssignSmallest(int from, int to, int each, int count)
    {
        while (count > 0)
        {
            var least = int.MaxValue;
            for (var i = from; i < to; i++)
                if (Share[i] == 0 && Cap[i] >= each && Cap[i] < least) least = Cap[i];
            if (least == int.MaxValue) throw new InvalidOperationException("Fewer domains than were counted");
            for (var i = from; i < to && count > 0; i++)
            {
                if (Share[i] != 0 || Cap[i] != least) continue;
                Share[i] = each;
                count--;
            }
        }
    }

    /// <summary>Under a rule for wider domains: the biggest share first, each as far as its domain's quota goes. Returns the units used.</summary>
    private int ShareUnderQuota(int from, int to, int amount)
    {
        if (!IsSliced) return Greedy(from, to, amount, units: 0);
        for (var units = 1; units <= Math.Min(amount, to - from); units++)
            if (Greedy(from, to, amount, units) != NoFit) return units;
        return NoFit;
    }

    /// <summary>Shares among so many units, or with 0 among as few as it takes. Each time the one that can take most, or whose domain has most left.</summary>
    private int Greedy(int from, int to, int amount, int units)
    {
        Array.Clear(Share, from, to - from);
        var left = (int[])quota.Clone();
        var used = 0;
        while (amount > 0)
        {
            // With a number of units given, all get the same give or take one: the larger shares first.
            var each = units == 0 ? amount : (amount + units - used - 1) / (units - used);
            var best = -1;
            for (var i = from; i < to; i++)
            {
                if (Share[i] != 0) continue;
                var can = Math.Min(Cap[i], left[groups[i]]);
                if (can == 0 || (units > 0 && can < each)) continue;
                if (best < 0 || (units == 0 ? can > Math.Min(Cap[best], left[groups[best]]) : left[groups[i]] > left[groups[best]])) best = i;
            }

            if (best < 0) return NoFit;
            Share[best] = Math.Min(amount, Math.Min(each, Math.Min(Cap[best], left[groups[best]])));
            left[groups[best]] -= Share[best];
            amount -= Share[best];
            used++;
        }

        return used;
    }
}
