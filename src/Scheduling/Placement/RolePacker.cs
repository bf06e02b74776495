using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// Packs several roles onto the nodes of a small domain by trying: complete as long as its steps last. For gangs that role after role did not
/// fit. Whole GPUs only; on equal nodes it tries one order, not all.
/// </summary>
internal sealed class RolePacker(RackTable table, RolePlacer placer)
{
    /// <summary>Nodes of the largest domain that is searched.</summary>
    public const int MostNodes = 64;

    /// <summary>Steps of one search: about 50 µs.</summary>
    private const int MostSteps = 2_000;

    private readonly List<(int Rack, int Slot)> nodes = [];
    private readonly List<long[]> left = [];
    private RolePlan[] roles = [];
    private int alternative;
    private int[][] counts = [];
    private string[] names = [];
    private long[][] asked = [];
    private int steps;

    /// <summary>A new request: all of its searches share one budget.</summary>
    public void Begin() => steps = 0;

    /// <summary>Places the gang on nodes of these racks, or nothing.</summary>
    public bool Place(RolePlan[] order, int choice, int start, int end)
    {
        if (steps >= MostSteps || Array.Exists(order, r => r.Shape.IsFractional)) return false;
        (roles, alternative) = (order, choice);
        nodes.Clear();
        left.Clear();
        ListExtended();
        for (var rack = start; rack < end; rack++)
        {
            foreach (var role in roles) role.Choose(alternative).View.Sync();
            for (var rest = table.Schedulable[rack]; rest != 0; rest &= rest - 1)
            {
                if (nodes.Count == MostNodes) return false;
                var slot = BitOperations.TrailingZeroCount(rest);
                ref var node = ref table.Nodes[rack * RackTable.Slots + slot];
                nodes.Add((rack, slot));
                left.Add([BitOperations.PopCount(node.Free), node.Cpu, node.Memory, .. names.Select(n => table.ExtendedLeftOf(rack, slot, n))]);
            }
        }

        counts = [.. roles.Select(_ => new int[nodes.Count])];
        if (!Try(0, 0, roles[0].Count)) return false;
        for (var r = 0; r < roles.Length; r++) Fill(r);
        return true;
    }

    /// <summary>The rest of a role on the nodes from one on, then the roles after it.</summary>
    private bool Try(int role, int node, int workers)
    {
        if (workers == 0) return role + 1 == roles.Length || Try(role + 1, 0, roles[role + 1].Count);
        if (node == nodes.Count || ++steps > MostSteps) return false;
        var most = Math.Min(workers, Room(role, node));
        // Of equal nodes the earlier one gets no less.
        if (node > 0 && AreAlike(role, node - 1, node)) most = Math.Min(most, counts[role][node - 1]);
        for (var here = most; here >= 0; here--)
        {
            Take(role, node, here);
            if (Try(role, node + 1, workers - here)) return true;
            Take(role, node, -here);
        }

        return false;
    }

    private int Room(int role, int node)
    {
        var (rack, slot) = nodes[node];
        var shape = roles[role].Shape;
        if ((roles[role].Choose(alternative).View.Eligible[rack] >> slot & 1) == 0) return 0;
        long fit = Fit.Most;
        if (shape.Gpus > 0) fit = left[node][0] / shape.Gpus;
        if (shape.CpuMilli > 0) fit = Math.Min(fit, left[node][1] / shape.CpuMilli);
        if (shape.MemoryMiB > 0) fit = Math.Min(fit, left[node][2] / shape.MemoryMiB);
        for (var i = 0; i < names.Length; i++)
            if (asked[role][i] > 0) fit = Math.Min(fit, left[node][3 + i] / asked[role][i]);
        return (int)Math.Max(0, fit);
    }

    /// <summary>What any role asks for by name, and how much of each of them every role does.</summary>
    private void ListExtended()
    {
        names = [.. roles.SelectMany(r => r.Shape.Extended.Select(e => e.Name)).Distinct()];
        asked = [.. roles.Select(r => names.Select(n => ExtendedResources.Of(r.Shape.Extended, n)).ToArray())];
    }

    /// <summary>Were the two nodes equal before this role came, to it and to all after it?</summary>
    private bool AreAlike(int role, int one, int other)
    {
        var shape = roles[role].Shape;
        var given = counts[role][one];
        if (left[one][0] + given * shape.Gpus != left[other][0] || left[one][1] + given * shape.CpuMilli != left[other][1] || left[one][2] + given * shape.MemoryMiB != left[other][2]) return false;
        for (var i = 0; i < names.Length; i++)
            if (left[one][3 + i] + given * asked[role][i] != left[other][3 + i]) return false;
        return table.ClassOf[nodes[one].Rack * RackTable.Slots + nodes[one].Slot] == table.ClassOf[nodes[other].Rack * RackTable.Slots + nodes[other].Slot];
    }

    private void Take(int role, int node, int workers)
    {
        var shape = roles[role].Shape;
        counts[role][node] += workers;
        left[node][0] -= (long)workers * shape.Gpus;
        left[node][1] -= workers * shape.CpuMilli;
        left[node][2] -= workers * shape.MemoryMiB;
        for (var i = 0; i < names.Length; i++) left[node][3 + i] -= workers * asked[role][i];
    }

    private void Fill(int r)
    {
        var unplaced = roles[r].Count;
        for (var node = 0; node < nodes.Count; node++)
        {
            if (counts[r][node] == 0) continue;
            var (rack, slot) = nodes[node];
            if (placer.FillRack(rack, roles[r], roles[r].Choose(alternative), counts[r][node], unplaced, 1UL << slot) != counts[r][node])
                throw new InvalidOperationException($"Slot {slot} of rack {table.Ids[rack]} has less room than was counted");
            unplaced -= counts[r][node];
        }
    }
}
