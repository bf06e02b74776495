using System.Numerics;
using System.Runtime.CompilerServices;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// For one worker shape: how many workers each rack, each block and the pool have room for now. Exact, CPU, memory and extended resources included.
/// Brought up to date from the change log when asked.
/// </summary>
/// <remarks>
/// Whole-GPU shapes count node masks by free GPUs; only nodes of which CPU, memory or something else binds before GPUs ("tight" ones) are
/// looked at one by one. Shapes of a fraction of a GPU, or of none, keep a count per node.
/// </remarks>
internal sealed class ShapeView : ICachedView
{
    /// <summary>Rack counts up to here have a bucket each, so best fit and fewest racks are exact for gangs of whole nodes.</summary>
    public const int ExactBuckets = 64;
    private const int Buckets = 256;
    public const int LastBucket = Buckets - 1;

    private readonly RackTable table;
    private readonly Eligibility eligibility;
    private readonly bool bindsCpu;
    private readonly bool asksExtended;
    private int[] emptyFit = [];
    private int emptyFitEpoch = -1;
    private int[] perFree = [];
    private ulong[] tightKinds = [];
    private ushort[] nodeRoom = [];
    private byte[] bucketOf = [];
    private long cursor;
    private int layout = -1;
    private int kinds = -1;
    private int mostGpus;
    private bool heavy;
    private int kindsSeen = -1;
    private EmptyRooms? empty;

    public ShapeView(RackTable table, ViewKey key)
    {
        var shape = key.Shape;
        this.table = table;
        Shape = shape;
        Tenant = key.Tenant;
        ByMask = shape.Gpus > 0 && !shape.IsFractional;
        bindsCpu = shape.CpuMilli > 0 || shape.MemoryMiB > 0 || !shape.Extended.IsEmpty;
        asksExtended = !shape.Extended.IsEmpty;
        eligibility = new Eligibility(table.Classes, key);
    }

    public WorkerShape Shape { get; }

    /// <summary>What each rack would have room for when empty. Needs no <see cref="Sync"/>.</summary>
    public EmptyRooms Empty => empty ??= new EmptyRooms(table, this);

    /// <summary>Whose worker it is, where some node is kept for that tenant; else the default.</summary>
    public TenantId Tenant { get; }

    /// <summary>True for whole-GPU shapes.</summary>
    public bool ByMask { get; }

    public long LastUse { get; set; }

    public bool Evicted { get; private set; }

    /// <summary>Nodes of each rack that could hold a worker when empty, schedulable or not.</summary>
    public ulong[] Eligible { get; private set; } = [];

    /// <summary>Schedulable nodes on which CPU, memory or extended resources leave room for fewer workers than the free GPUs do.</summary>
    public ulong[] Tight { get; private set; } = [];

    /// <summary>Workers that each rack has room for.</summary>
    public int[] Room { get; private set; } = [];

    /// <summary>Workers that each block has room for.</summary>
    public int[] BlockRoom { get; private set; } = [];

    /// <summary>Workers that the pool has room for.</summary>
    public long Total { get; private set; }

    /// <summary>The racks by room.</summary>
    public RackBuckets Racks { get; private set; } = new(1, 0);

    /// <summary>Most GPUs of any node that could hold a worker. Needs no <see cref="Sync"/>.</summary>
    public int MostGpus
    {
        get
        {
            if (kindsSeen != table.SpecEpoch) LookAtKinds();
            return mostGpus;
        }
    }

    /// <summary>Whether a worker takes more than its GPUs' share of CPU or memory on some node. Needs no <see cref="Sync"/>.</summary>
    public bool IsHeavy
    {
        get
        {
            if (kindsSeen != table.SpecEpoch) LookAtKinds();
            return heavy;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BucketOf(int room)
    {
        if (room < ExactBuckets) return room;
        // Eight buckets per doubling.
        var log = BitOperations.Log2((uint)room);
        return ExactBuckets + ((log - 6) << 3) + ((room >> (log - 3)) & 7);
    }

    /// <summary>Workers for which a node with so many wholly free GPUs has room, by its GPUs alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PerFree(int free) => perFree[free];

    public PlacementConstraint? Obstacle(int kind) => eligibility.Obstacle(kind);

    /// <summary>Workers that an empty node of the kind has room for.</summary>
    public int EmptyFit(int kind)
    {
        if (emptyFitEpoch != table.Classes.Epoch || kind >= emptyFit.Length)
        {
            emptyFit = new int[table.Classes.Count * 2];
            Array.Fill(emptyFit, -1);
            emptyFitEpoch = table.Classes.Epoch;
        }

        if (emptyFit[kind] < 0)
        {
            emptyFit[kind] = eligibility.Allows(kind) ? Fit.OfEmpty(table.Classes, kind, Shape) : 0;
        }

        return emptyFit[kind];
    }

    /// <summary>Workers that the node has room for now, should it take new work.</summary>
    public int NodeRoom(int rack, int slot) => Fit.Of(table, rack, slot, Shape);

    /// <summary>Workers that some nodes of a rack have room for now, at most so many on each node.</summary>
    public int RoomIn(int rack, ulong nodes, int most)
    {
        if (most == int.MaxValue && (table.Exists[rack] & ~nodes) == 0) return Room[rack];
        if (Room[rack] == 0) return 0;
        var room = 0;
        nodes &= Eligible[rack] & table.Schedulable[rack];
        var single = ByMask ? Tight[rack] & nodes : nodes;
        for (var k = Shape.Gpus; ByMask && k <= table.MaxGpus; k++)
            room += BitOperations.PopCount(table.Level(rack, RackTable.FreeLevel + k) & nodes & ~single) * Math.Min(perFree[k], most);
        for (; single != 0; single &= single - 1) room += Math.Min(most, NodeRoom(rack, BitOperations.TrailingZeroCount(single)));
        return room;
    }

    /// <summary>The rack with the least sufficient room, or -1. Exact below <see cref="ExactBuckets"/> workers; above, within an eighth.</summary>
    public int BestRack(int workers)
    {
        var bucket = BucketOf(workers);
        if (workers >= ExactBuckets)
        {
            for (var rack = Racks.First(bucket); rack >= 0; rack = Racks.Next(bucket, rack))
                if (Room[rack] >= workers) return rack;
            bucket++;
        }

        bucket = Racks.NextBucket(bucket);
        return bucket < 0 ? -1 : Racks.First(bucket);
    }

    public bool HasBlock(int workers)
    {
        foreach (var room in BlockRoom)
            if (room >= workers) return true;
        return false;
    }

    /// <summary>Reads what changed since it was last asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sync()
    {
        table.Settle();
        if (cursor != table.Log.Head || layout != table.LayoutEpoch) CatchUp();
    }

    public void Evict()
    {
        Evicted = true;
        (Eligible, Tight, Room, BlockRoom, tightKinds, nodeRoom, bucketOf) = ([], [], [], [], [], [], []);
        Racks = new RackBuckets(1, 0);
        empty = null;
        layout = -1;
    }

    private void CatchUp()
    {
        var log = table.Log;
        if (layout != table.LayoutEpoch || kinds != table.Classes.Epoch) Start();
        else if (!log.Reaches(cursor, table.Count)) RefreshAll();
        else
        {
            for (; cursor < log.Head; cursor++)
            {
                ref readonly var entry = ref log.At(cursor);
                if (entry.Spec) FindEligible(entry.Rack);
                Refresh(entry.Rack, entry.Nodes);
            }
        }

        cursor = log.Head;
        log.MarkRead();
    }

    private void Start()
    {
        layout = table.LayoutEpoch;
        kinds = table.Classes.Epoch;
        var racks = table.Count;
        Eligible = new ulong[racks];
        Tight = new ulong[racks];
        Room = new int[racks];
        BlockRoom = new int[table.Blocks];
        tightKinds = new ulong[racks];
        bucketOf = new byte[racks];
        nodeRoom = ByMask ? [] : new ushort[racks * RackTable.Slots];
        perFree = new int[table.MaxGpus + 1];
        for (var free = 0; free <= table.MaxGpus; free++) perFree[free] = ByMask ? free / Shape.Gpus : 0;
        Racks = new RackBuckets(Buckets, racks);
        Total = 0;
        for (var rack = 0; rack < racks; rack++) Racks.Add(0, rack);
        RefreshAll();
    }

    private void RefreshAll()
    {
        for (var rack = 0; rack < table.Count; rack++)
        {
            FindEligible(rack);
            Refresh(rack, ulong.MaxValue);
        }
    }

    private void FindEligible(int rack)
    {
        ulong eligible = 0, tight = 0;
        for (var rest = table.Exists[rack]; rest != 0; rest &= rest - 1)
        {
            var kind = table.ClassOf[rack * RackTable.Slots + BitOperations.TrailingZeroCount(rest)];
            var fit = EmptyFit(kind);
            if (fit == 0) continue;
            var gpus = table.Classes.Samples[kind]!.Gpus;
            var bit = rest & (0 - rest);
            eligible |= bit;
            if (ByMask && fit < gpus / Shape.Gpus) tight |= bit;
        }

        Eligible[rack] = eligible;
        tightKinds[rack] = tight;
    }

    private void LookAtKinds()
    {
        (kindsSeen, mostGpus, heavy) = (table.SpecEpoch, 0, false);
        for (var kind = 1; kind < table.Classes.Count; kind++)
        {
            if (!table.Classes.InUse(kind) || EmptyFit(kind) == 0) continue;
            mostGpus = Math.Max(mostGpus, table.Classes.Samples[kind]!.Gpus);
            heavy |= Fit.IsHeavy(table.Classes.Full[kind], Shape);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Refresh(int rack, ulong nodes)
    {
        var room = ByMask ? CountByMask(rack, nodes) : CountByNode(rack, nodes);
        var change = room - Room[rack];
        if (change == 0) return;
        Room[rack] = room;
        Total += change;
        BlockRoom[table.BlockOf[rack]] += change;
        var bucket = (byte)BucketOf(room);
        if (bucket == bucketOf[rack]) return;
        Racks.Remove(bucketOf[rack], rack);
        Racks.Add(bucket, rack);
        bucketOf[rack] = bucket;
    }

    private int CountByMask(int rack, ulong nodes)
    {
        var eligible = Eligible[rack];
        ref var free = ref table.Level(rack, RackTable.FreeLevel);
        if (bindsCpu) FindTight(rack, nodes & eligible & (~table.Pristine[rack] | tightKinds[rack]), nodes);
        var loose = eligible & ~Tight[rack];
        var room = 0;
        for (var k = Shape.Gpus; k <= table.MaxGpus; k++) room += BitOperations.PopCount(Unsafe.Add(ref free, k) & loose) * perFree[k];
        for (var rest = Tight[rack]; rest != 0; rest &= rest - 1) room += NodeRoom(rack, BitOperations.TrailingZeroCount(rest));
        return room;
    }

    /// <summary>Looks again at nodes that changed and are neither whole nor too full for the shape anyway.</summary>
    private void FindTight(int rack, ulong suspects, ulong changed)
    {
        var tight = Tight[rack] & ~changed;
        if (suspects != 0)
        {
            ref var free = ref table.Level(rack, RackTable.FreeLevel);
            var enough = 0UL;
            for (var k = Shape.Gpus; k <= table.MaxGpus; k++) enough |= Unsafe.Add(ref free, k);
            for (var rest = suspects & enough; rest != 0; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                ref var node = ref table.Nodes[rack * RackTable.Slots + slot];
                long workers = perFree[BitOperations.PopCount(node.Free)];
                if (node.Cpu < workers * Shape.CpuMilli || node.Memory < workers * Shape.MemoryMiB
                    || (asksExtended && table.ExtendedFit(rack, slot, Shape.Extended, workers) < workers)) tight |= rest & (0 - rest);
            }
        }

        Tight[rack] = tight;
    }

    private int CountByNode(int rack, ulong nodes)
    {
        var room = Room[rack];
        var offers = Eligible[rack] & table.Schedulable[rack];
        for (var rest = nodes; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            ref var known = ref nodeRoom[rack * RackTable.Slots + slot];
            var now = (offers >> slot & 1) != 0 ? NodeRoom(rack, slot) : 0;
            room += now - known;
            known = (ushort)now;
        }

        return room;
    }
}
