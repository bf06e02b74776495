using Scheduling.Model;
using Scheduling.Scaling;

namespace Benchmarks.DemandStudy;

/// <summary>
/// Azure as far as money and waiting go by it. Two scale sets of one size in two zones, each at most 100 machines, which is what one placement group with
/// InfiniBand takes. A machine costs from the moment at which it is asked for until it is deleted. It is a node after 5 to 8 minutes; a write of the capacity ends
/// a minute before its last machine is one. The first zone has none left for an hour every ten or so, and says so a minute after it was asked.
/// </summary>
internal sealed class DemandCloud
{
    public const int Ceiling = 100;

    /// <summary>Dollars for one hour of Standard_ND96isr_H100_v5 (8 GPUs), list price.</summary>
    public const decimal PricePerHour = 98.32m;

    private const long FastestBoot = 300;
    private const int SlowerBoot = 181;
    private const long Joins = 60;
    private const long Refuses = 60;
    private const long Deletes = 90;
    private const double HoursBetweenOutages = 10;
    private const double OutageHours = 1;
    private const int OutageSeed = 1;
    private const int Months = 4;

    private readonly DemandWorld _world;
    private readonly List<(long From, long To)> _outages = [];
    private readonly int[] _created = new int[2];
    private readonly List<DemandMachine>[] _live = [[], []];

    public DemandCloud(DemandWorld world)
    {
        _world = world;
        var random = new Random(OutageSeed);
        for (double at = 0; at < Months * 31 * DemandWorld.Day;)
        {
            var from = at - (Math.Log(1 - random.NextDouble()) * HoursBetweenOutages * 3600);
            at = from - (Math.Log(1 - random.NextDouble()) * OutageHours * 3600);
            _outages.Add(((long)from, (long)at));
        }
    }

    public static string[] Sets { get; } = ["zone-1", "zone-2"];

    /// <summary>Without network block or rack: it is a part of its set.</summary>
    public static NodeSpec Model { get; } = new()
    {
        Name = new NodeId(""), CpuMilli = 95_000, MemoryMiB = 1_800_000, Gpus = DemandWorld.NodeGpus, GpuModel = "H100",
    };

    /// <summary>All that ever were there.</summary>
    public List<DemandMachine> Machines { get; } = [];

    /// <summary>Those of a set that are there, by number.</summary>
    public IReadOnlyCollection<DemandMachine> Live(int set) => _live[set];

    /// <summary>Machines that nobody has to ask for, and that nobody returns.</summary>
    public void Own(int machines)
    {
        for (var i = 0; i < machines; i++)
        {
            var machine = Create(i % Sets.Length, _world.Now);
            Join(machine);
        }
    }

    /// <summary>It has no machines of that set to give then.</summary>
    public bool IsOut(int set, long second) => set == 0 && _outages.Exists(o => o.From <= second && second < o.To);

    /// <summary>So many more.</summary>
    public DemandOperation Grow(int set, int more)
    {
        if (IsOut(set, _world.Now))
        {
            return new DemandOperation(_world.Now + Refuses, ScaleFailure.Allocation);
        }

        var last = _world.Now;
        for (var i = 0; i < more; i++)
        {
            var machine = Create(set, _world.Now + FastestBoot + Spread(set, _created[set]));
            last = Math.Max(last, machine.JoinsAt);
            _world.At(machine.JoinsAt, () => Join(machine));
        }

        return new DemandOperation(last - Joins, null);
    }

    /// <summary>These go; what was a node of them is none from now on.</summary>
    public DemandOperation Delete(IReadOnlyCollection<DemandMachine> machines)
    {
        var gone = _world.Now + Deletes;
        foreach (var machine in machines)
        {
            machine.IsDeleting = true;
            _world.At(gone, () =>
            {
                machine.GoneAt = gone;
                _live[machine.Set].Remove(machine);
                if (_world.Pool.Find(machine.Node) is { } node)
                {
                    _world.Pool.Leave(node);
                }
            });
        }

        return new DemandOperation(gone, null);
    }

    public ScaleSetReading Read(int set) => new()
    {
        Capacity = Live(set).Count,
        ETag = "",
        Epoch = 1,
        IsUpdating = false,
        Instances =
        [
            .. Live(set).Select(m => new ScaleSetInstance
            {
                Id = m.Id, Node = m.Node, CreatedAt = DemandWorld.Start.AddSeconds(m.AskedAt), HasJoined = _world.Pool.Knows(m.Node),
                State = m.IsDeleting ? InstanceState.Deleting : _world.Now >= m.JoinsAt - Joins ? InstanceState.Running : InstanceState.Creating,
            }),
        ],
    };

    private DemandMachine Create(int set, long joinsAt)
    {
        var number = _created[set]++;
        var machine = new DemandMachine { Set = set, Id = $"{number}", Node = new NodeId($"{Sets[set]}-{number:D6}"), AskedAt = _world.Now, JoinsAt = joinsAt };
        Machines.Add(machine);
        _live[set].Add(machine);
        return machine;
    }

    private void Join(DemandMachine machine)
    {
        if (!machine.IsDeleting)
        {
            _world.Pool.Join(Model with { Name = machine.Node }, Sets[machine.Set]);
        }
    }

    /// <summary>The same machine is as slow whoever asks for it.</summary>
    private static long Spread(int set, int number)
    {
        var mixed = ((ulong)number + 1) * 0x9E3779B97F4A7C15 ^ ((ulong)set + 1) * 0xBF58476D1CE4E5B9;
        mixed ^= mixed >> 29;
        return (long)(mixed % SlowerBoot);
    }
}

/// <summary>A virtual machine.</summary>
internal sealed class DemandMachine
{
    public required int Set { get; init; }

    public required string Id { get; init; }

    public required NodeId Node { get; init; }

    public required long AskedAt { get; init; }

    public required long JoinsAt { get; init; }

    public bool IsDeleting { get; set; }

    public long? GoneAt { get; set; }
}

/// <summary>What the cloud was asked to do.</summary>
/// <param name="EndsAt">The second at which it says that it is over.</param>
/// <param name="Failure">Why it came to nothing; null: it did not.</param>
internal sealed record DemandOperation(long EndsAt, ScaleFailure? Failure);
