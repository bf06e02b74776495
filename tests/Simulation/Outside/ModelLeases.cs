using System.Globalization;
using Gateway.Leadership;

namespace Simulation.Outside;

/// <summary>Leases as an API server keeps them: compare and set. Notes when an epoch falls or is given out twice (I13), even after the record was deleted.</summary>
/// <param name="clock">Of a store that says when a record was made, in whole seconds; null: it does not.</param>
internal sealed class ModelLeases(Action<string> broken, TimeProvider? clock = null)
{
    private readonly Dictionary<string, (LeaseRecord Record, long Version)> _records = [];
    private readonly Dictionary<string, (string Holder, long Epoch)> _last = [];
    private long _version;

    private bool HasClock => clock is not null;

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

        if (_last.TryGetValue(name, out var last) && record.Holder.Length > 0)
        {
            if (record.Epoch < last.Epoch || (record.Epoch == last.Epoch && last.Holder != record.Holder))
            {
                broken($"I13: the lease goes from {last.Holder} at epoch {last.Epoch} to {record.Holder} at {record.Epoch}");
            }

            Takeovers += record.Epoch > last.Epoch ? 1 : 0;
        }

        if (record.Holder.Length > 0)
        {
            _last[name] = (record.Holder, record.Epoch);
        }

        var born = known.Record?.CreatedAt ?? (clock is null ? null : DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds()));
        record = record with { CreatedAt = born };
        _records[name] = (record, ++_version);
        return new LeaseAnswer.Is(record, Text(_version));
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private sealed class Store(ModelLeases leases, Wire wire) : ILeaseStore
    {
        public bool HasClock => leases.HasClock;

        public Task<LeaseAnswer> Read(string name, CancellationToken cancellationToken) => Send(() => leases.Read(name));

        public Task<LeaseAnswer> Write(string name, LeaseRecord record, string? ifVersion, CancellationToken cancellationToken) =>
            Send(() => leases.Write(name, record, ifVersion));

        private Task<LeaseAnswer> Send(Func<LeaseAnswer> serve) =>
            wire.Send(serve, why => new LeaseAnswer.Unknown(why), wait => new LeaseAnswer.Unknown($"too many calls, again in {wait}"));
    }
}
