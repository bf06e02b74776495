using Grains.Storage;
using Silo.Clustering;

namespace Gateway.Leadership;

/// <summary>Leases in the store of the silos, whose clock says when one was made.</summary>
internal sealed class TableLeaseStore(ILeaseTable table) : ILeaseStore
{
    public bool HasClock => true;

    public async Task<LeaseAnswer> Read(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await table.Read(name, cancellationToken) is { } row
                ? new LeaseAnswer.Is(
                    new LeaseRecord { Holder = row.Holder, Epoch = row.Epoch, Duration = row.Duration, RenewedAt = row.RenewedAt, CreatedAt = row.BornAt }, row.Version)
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
            var row = new LeaseRow(name, record.Holder, record.Epoch, record.Duration, record.RenewedAt);
            return await table.Write(row, ifVersion, cancellationToken) is { } version ? new LeaseAnswer.Is(record, version) : new LeaseAnswer.Changed();
        }
        catch (StorageException e)
        {
            return new LeaseAnswer.Unknown(e.Message);
        }
    }
}
