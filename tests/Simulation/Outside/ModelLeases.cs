using System.Globalization;
using Gateway.Leadership;

namespace Simulation.Outside;

/// <summary>Leases as an API server keeps them: compare and set. Notes when an epoch falls or is given out twice (I13).</summary>
internal sealed class ModelLeases(Action<string> broken)
{
    private readonly Dictionary<string, (LeaseRecord Record, long Version)> _records = [];
    private long _version;

    /// <summary>How often leadership went to another.</summary>
    public int Takeovers { get; private set; }

    /// <summary>Somebody cleans up what is not theirs.</summary>
    public void Delete(string name) => _records.Remove(name);

    public ILeaseStore Over(Wire wire) => new Store(this, wire);

    private LeaseAnswer Read(string name) =>
        _records.TryGetValue(name, out var known) ? new LeaseAnswer.Is(known.Record, Text(known.Version)) : new LeaseAnswer.Missing();

    private LeaseAnswer Write(string name, LeaseRecord record, string? ifVersion)
    {
        if ((_records.TryGetValue(name, out var known) ? Text(known.Version) : null) != ifVersion)
        {
            return new LeaseAnswer.Changed();
        }

        if (known.Record is { } before)
        {
            var isSame = before.Holder == record.Holder || record.Holder.Length == 0;
            if (record.Epoch < before.Epoch || (record.Epoch == before.Epoch && !isSame))
            {
                broken($"I13: the lease goes from {before.Holder} at epoch {before.Epoch} to {record.Holder} at {record.Epoch}");
            }

            Takeovers += record.Epoch > before.Epoch ? 1 : 0;
        }

        _records[name] = (record, ++_version);
        return new LeaseAnswer.Is(record, Text(_version));
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private sealed class Store(ModelLeases leases, Wire wire) : ILeaseStore
    {
        public Task<LeaseAnswer> Read(string name, CancellationToken cancellationToken) => Send(() => leases.Read(name));

        public Task<LeaseAnswer> Write(string name, LeaseRecord record, string? ifVersion, CancellationToken cancellationToken) =>
            Send(() => leases.Write(name, record, ifVersion));

        private Task<LeaseAnswer> Send(Func<LeaseAnswer> serve) =>
            wire.Send(serve, why => new LeaseAnswer.Unknown(why), wait => new LeaseAnswer.Unknown($"too many calls, again in {wait}"));
    }
}
