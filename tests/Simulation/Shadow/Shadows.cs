using Grains.JobSets;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Racks;
using Silo.Storage.Memory;

namespace Simulation.Shadow;

/// <summary>
/// Twins of everything that is stored, as dumb as they can be, fed by every durable write in its moment. Each write is held against
/// what all other twins say at that moment: that is a check after every step, for nothing is decided anywhere but what a write says.
/// </summary>
internal sealed class Shadows : IMediumObserver
{
    private readonly SortedDictionary<string, RackTwin> _racks = new(StringComparer.Ordinal);
    private readonly Action<string> _broken;
    private readonly Action<DurableWrite>? _wrote;

    /// <param name="broken">Told what must not be, "I7: …".</param>
    /// <param name="wrote">Told of every write, once the twins have it.</param>
    public Shadows(Action<string> broken, Action<DurableWrite>? wrote = null)
    {
        _broken = broken;
        _wrote = wrote;
        Pool = new PoolTwin(this);
        Quota = new QuotaTwin(this);
        Jobs = new JobTwins(this);
        Nodes = new NodeTwins(this);
    }

    /// <summary>Writes seen.</summary>
    public long Writes { get; private set; }

    public PoolTwin Pool { get; }

    public QuotaTwin Quota { get; }

    public JobTwins Jobs { get; }

    public NodeTwins Nodes { get; }

    public IEnumerable<RackTwin> Racks => _racks.Values;

    public RackTwin RackOf(RackId rack) => _racks.TryGetValue(rack.Value, out var twin) ? twin : _racks[rack.Value] = new RackTwin(this, rack);

    /// <summary>Says what is wrong when it is.</summary>
    public void Holds(bool holds, string invariant, Func<string> what)
    {
        if (!holds)
        {
            _broken($"{invariant}: {what()}");
        }
    }

    public void Appended(string stream, long position, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var slash = stream.IndexOf('/', StringComparison.Ordinal);
        var (kind, key) = (stream[..slash], stream[(slash + 1)..]);
        foreach (var entry in entries)
        {
            Writes++;
            object decoded;
            switch (kind)
            {
                case "rack":
                    decoded = RecordCodec.Decode<RackEntry>(entry.Span);
                    RackOf(new RackId(key)).Apply((RackEntry)decoded);
                    break;
                case "pool":
                    decoded = RecordCodec.Decode<PoolEntry>(entry.Span);
                    Pool.Apply((PoolEntry)decoded);
                    break;
                default:
                    decoded = RecordCodec.Decode<QuotaEntry>(entry.Span);
                    Quota.Apply((QuotaEntry)decoded);
                    break;
            }

            _wrote?.Invoke(new DurableWrite(stream, decoded));
        }
    }

    public void Snapshotted(string stream, long position, ReadOnlyMemory<byte> snapshot) => Writes++;

    public void Written(string name, GrainId grain, object state)
    {
        Writes++;
        switch (state)
        {
            case JobRecord { Job: { } job }:
                Jobs.Write(job);
                break;
            case NodeRecord node:
                Nodes.Write(grain, node);
                break;
        }

        _wrote?.Invoke(new DurableWrite($"{name}/{grain}", state));
    }

    public void Cleared(string name, GrainId grain)
    {
        Writes++;
        if (name == "job")
        {
            Jobs.Clear(new JobId(grain.Key.ToString()!));
        }

        _wrote?.Invoke(new DurableWrite($"{name}/{grain}", null));
    }
}

/// <summary>Something became durable: an entry of a journal, or a grain's record.</summary>
/// <param name="Where">The stream, or the state's name and grain.</param>
/// <param name="What">The entry or record; null when the record was removed.</param>
internal sealed record DurableWrite(string Where, object? What);
