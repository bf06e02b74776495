using System.Globalization;
using Grains.Storage;
using Silo.Clustering;

namespace Gateway.Leadership;

/// <summary>Leases in the store of the silos.</summary>
internal sealed class TableLeaseStore(ILeaseTable table) : ILeaseStore
{
    public async Task<LeaseAnswer> Read(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await table.Read(name, cancellationToken) is { } row
                ? new LeaseAnswer.Is(
                    new LeaseRecord { Holder = row.Holder, Epoch = row.Epoch, Duration = row.Duration, RenewedAt = row.RenewedAt }, Text(row.Version))
                : new LeaseAnswer.Missing();
        }
        catch (StorageException e)
        {
            return new LeaseAnswer.Unknown(e.Message);
        }
    }

    public async Task<LeaseAnswer> Write(string name, LeaseRecord record, string? ifVersion, CancellationToken cancellationToken)
    {
        try
        {
            long? expected = ifVersion is null ? null : long.Parse(ifVersion, CultureInfo.InvariantCulture);
            var row = new LeaseRow(name, record.Holder, record.Epoch, record.Duration, record.RenewedAt, 0);
            return await table.Write(row, expected, cancellationToken) is { } version ? new LeaseAnswer.Is(record, Text(version)) : new LeaseAnswer.Changed();
        }
        catch (StorageException e)
        {
            return new LeaseAnswer.Unknown(e.Message);
        }
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
