using Azure;
using Azure.Data.Tables;
using Grains.Storage;
using Silo.Clustering;

namespace Silo.Storage.Blobs;

/// <summary>Leases as rows of the table. Its requests give up early: a holder would rather know that it does not know.</summary>
internal sealed class BlobLeases(AzureStoreOptions options) : ILeaseTable
{
    private const string Partition = "lease";

    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(2);

    private readonly Lazy<TableClient> _table = new(() => BlobDatabase.Clients(options, s_callTimeout, transport: null).Table);

    public async Task<LeaseRow?> Read(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await Find(name, cancellationToken) is { } row
                ? new LeaseRow(
                    name, row.GetString("Holder"), row.GetInt64("Epoch")!.Value, TimeSpan.FromTicks(row.GetInt64("Duration")!.Value),
                    new DateTimeOffset(row.GetInt64("RenewedAt")!.Value, TimeSpan.Zero), row.GetInt64("Version")!.Value)
                : null;
        }
        catch (Exception e) when ((e is RequestFailedException || BlobErrors.IsUnknown(e)) && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageException($"A lease cannot be read: {BlobDatabase.FirstLine(e.Message)}", e);
        }
    }

    public async Task<long?> Write(LeaseRow row, long? ifVersion, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await Find(row.Name, cancellationToken);
            if (stored?.GetInt64("Version") != ifVersion)
                return null;
            var next = new TableEntity(Partition, row.Name)
            {
                ["Holder"] = row.Holder,
                ["Epoch"] = row.Epoch,
                ["Duration"] = row.Duration.Ticks,
                ["RenewedAt"] = row.RenewedAt.UtcTicks,
                ["Version"] = (ifVersion ?? 0) + 1,
            };
            if (stored is null)
                await _table.Value.AddEntityAsync(next, cancellationToken);
            else
                await _table.Value.UpdateEntityAsync(next, stored.ETag, TableUpdateMode.Replace, cancellationToken);
            return (ifVersion ?? 0) + 1;
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e))
        {
            return null;
        }
        catch (Exception e) when ((e is RequestFailedException || BlobErrors.IsUnknown(e)) && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageException($"A lease cannot be written: {BlobDatabase.FirstLine(e.Message)}", e, outcomeUnknown: true);
        }
    }

    private async Task<TableEntity?> Find(string name, CancellationToken cancellationToken)
    {
        var found = await _table.Value.GetEntityIfExistsAsync<TableEntity>(Partition, name, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }
}
