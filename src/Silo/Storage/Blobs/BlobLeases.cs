using System.Globalization;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Grains.Storage;
using Silo.Clustering;

namespace Silo.Storage.Blobs;

/// <summary>
/// Leases as rows of the table, each write conditional on the ETag that was read. Azure says of a row when it was changed last: that of one which nobody changed yet is
/// when it was made, and goes on in it. Requests give up early: a holder would rather know that it does not know.
/// </summary>
internal sealed class BlobLeases(AzureStoreOptions options, HttpPipelineTransport? transport = null) : ILeaseTable
{
    private const string Partition = "lease";

    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(2);

    private readonly Lazy<TableClient> _table = new(() => BlobDatabase.Clients(options, s_callTimeout, transport).Table);

    public async Task<LeaseRow?> Read(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await Find(name, cancellationToken) is { } row
                ? new LeaseRow(
                    name, row.GetString("Holder"), row.GetInt64("Epoch")!.Value, TimeSpan.FromTicks(row.GetInt64("Duration")!.Value),
                    new DateTimeOffset(row.GetInt64("RenewedAt")!.Value, TimeSpan.Zero))
                {
                    Version = VersionOf(row),
                    BornAt = new DateTimeOffset(BirthOf(row), TimeSpan.Zero),
                }
                : null;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw new StorageException($"A lease cannot be read: {BlobDatabase.FirstLine(e.Message)}", e);
        }
    }

    public async Task<string?> Write(LeaseRow row, string? ifVersion, CancellationToken cancellationToken)
    {
        var next = new TableEntity(Partition, row.Name)
        {
            ["Holder"] = row.Holder,
            ["Epoch"] = row.Epoch,
            ["Duration"] = row.Duration.Ticks,
            ["RenewedAt"] = row.RenewedAt.UtcTicks,
        };
        try
        {
            if (ifVersion is null)
            {
                // When it was made is not in the answer.
                await _table.Value.AddEntityAsync(next, cancellationToken);
                return await Find(row.Name, cancellationToken) is { } made ? VersionOf(made) : null;
            }

            var (birth, etag) = Parts(ifVersion);
            next["BornAt"] = birth;
            var written = await _table.Value.UpdateEntityAsync(next, etag, TableUpdateMode.Replace, cancellationToken);
            return Version(birth, written.Headers.ETag!.Value);
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e) || BlobErrors.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw new StorageException($"A lease cannot be written: {BlobDatabase.FirstLine(e.Message)}", e, outcomeUnknown: true);
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        (e is RequestFailedException || BlobErrors.IsUnknown(e)) && !cancellationToken.IsCancellationRequested;

    private static long BirthOf(TableEntity row) => row.GetInt64("BornAt") ?? row.Timestamp!.Value.UtcTicks;

    private static string VersionOf(TableEntity row) => Version(BirthOf(row), row.ETag);

    private static string Version(long birth, ETag etag) => string.Create(CultureInfo.InvariantCulture, $"{birth} {etag}");

    private static (long Birth, ETag ETag) Parts(string version) =>
        version.IndexOf(' ', StringComparison.Ordinal) is var space && long.TryParse(version.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var birth)
            ? (birth, new ETag(version[(space + 1)..]))
            : throw new ArgumentException($"\"{version}\" is no version of a lease", nameof(version));

    private async Task<TableEntity?> Find(string name, CancellationToken cancellationToken)
    {
        var found = await _table.Value.GetEntityIfExistsAsync<TableEntity>(Partition, name, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }
}
