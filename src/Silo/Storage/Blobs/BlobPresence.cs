using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Blobs;

/// <summary>
/// Who uses a container: each process holds a lease of a blob of its own, and who copies the whole store a lease of "alone". Each first takes its own and then looks for the
/// other's, so two that come at once see each other. A lease runs out by itself when its process is gone.
/// </summary>
internal sealed class BlobPresence : IAsyncDisposable
{
    private const string Folder = "processes/";
    private const string AloneName = "alone";

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_renewEvery = TimeSpan.FromSeconds(15);

    private readonly BlobClient _blob;
    private readonly BlobLeaseClient _lease;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _renewing;
    private readonly bool _isProcess;
    private volatile bool _isLost;

    private BlobPresence(BlobClient blob, BlobLeaseClient lease, TimeProvider time, ILogger logger, bool isProcess)
    {
        (_blob, _lease, _time, _logger, _isProcess) = (blob, lease, time, logger, isProcess);
        _renewing = Task.Run(Renew);
    }

    /// <summary>The lease ran out, because the storage was away for longer, and somebody else has taken the store since: this process must not write any more.</summary>
    public bool IsLost => _isLost;

    public static bool IsOf(string blob) => blob == AloneName || blob.StartsWith(Folder, StringComparison.Ordinal);

    /// <exception cref="StorageStartupException">Somebody has the store alone.</exception>
    public static BlobPresence Enter(BlobContainerClient container, long process, TimeProvider time, ILogger logger)
    {
        var presence = Take(container.GetBlobClient($"{Folder}{process:x16}"), time, logger, isProcess: true);
        try
        {
            if (IsLeased(container.GetBlobClient(AloneName)))
                throw new StorageStartupException("The store is being exported or imported: start when that is done.");
            return presence;
        }
        catch
        {
            presence.Leave();
            throw;
        }
    }

    /// <summary>Null while processes use it, or another has it alone.</summary>
    public static BlobPresence? TakeAlone(BlobContainerClient container, TimeProvider time, ILogger logger)
    {
        BlobPresence alone;
        try
        {
            alone = Take(container.GetBlobClient(AloneName), time, logger, isProcess: false);
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e))
        {
            return null;
        }

        foreach (var process in container.GetBlobs(BlobTraits.None, BlobStates.None, Folder, CancellationToken.None))
        {
            if (process.Properties.LeaseState == LeaseState.Leased)
            {
                alone.Leave();
                return null;
            }

            container.DeleteBlobIfExists(process.Name); // A process that was killed left it.
        }

        return alone;
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _renewing;
        Leave();
        _ends.Dispose();
    }

    private static BlobPresence Take(BlobClient blob, TimeProvider time, ILogger logger, bool isProcess)
    {
        try
        {
            blob.Upload(BinaryData.FromString("A lease of this blob says that somebody uses the store."), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } });
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e))
        {
            // It is there.
        }

        var lease = blob.GetBlobLeaseClient();
        lease.Acquire(s_lease);
        return new BlobPresence(blob, lease, time, logger, isProcess);
    }

    private static bool IsLeased(BlobClient blob)
    {
        try
        {
            return blob.GetProperties().Value.LeaseState == LeaseState.Leased;
        }
        catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
        {
            return false;
        }
    }

    private void Leave()
    {
        _ends.Cancel();
        try
        {
            if (_isProcess)
                _blob.Delete(conditions: new BlobRequestConditions { LeaseId = _lease.LeaseId });
            else
                _lease.Release();
        }
        catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
        {
            // It runs out by itself.
        }
    }

    private async Task Renew()
    {
        while (!_ends.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_renewEvery, _time, _ends.Token);
                await _lease.RenewAsync(cancellationToken: _ends.Token);
            }
            catch (OperationCanceledException) when (_ends.IsCancellationRequested)
            {
                return;
            }
            catch (RequestFailedException e) when (BlobErrors.IsMissing(e) || BlobErrors.IsConflict(e))
            {
                _isLost = true;
                _logger.PresenceLost(e);
                return;
            }
            catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
            {
                _logger.WaitsForDatabase(BlobDatabase.FirstLine(e.Message));
            }
        }
    }
}
