using Azure;
using Azure.Data.Tables;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>The records of jobs, in the table; a large one's bytes are in a blob.</summary>
internal sealed class JobBuckets(BlobDatabase database) : IAsyncDisposable
{
    private const string BodyFolder = "bodies/";

    private readonly Dictionary<string, Lazy<JobBucket>> _buckets = JobKeys.AllBuckets.ToDictionary(b => b, b => new Lazy<JobBucket>(() => new JobBucket(database, b)));

    /// <summary>A job's record; null when there is none.</summary>
    public async Task<StoredJob?> Find(string job, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await database.Table.GetEntityIfExistsAsync<TableEntity>(JobKeys.Bucket(job), JobKeys.Record(job), cancellationToken: cancellationToken);
            if (!found.HasValue)
                return null;
            var entity = found.Value!;
            var row = JobRow.From(entity);
            var blob = entity.GetString("BodyBlob");
            var tag = JobTag.Of(row, entity.ETag.ToString(), blob is not null).ToString();
            if (blob is null)
                return new StoredJob(entity.GetString("Key"), tag, row, JobWrite.Body(entity));
            try
            {
                return new StoredJob(entity.GetString("Key"), tag, row, (await database.Container.GetBlobClient(blob).DownloadContentAsync(cancellationToken)).Value.Content.ToArray());
            }
            catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
            {
                // Another write has taken its place meanwhile: look again. Where none has, the blob is lost.
                var now = await database.Table.GetEntityIfExistsAsync<TableEntity>(JobKeys.Bucket(job), JobKeys.Record(job), cancellationToken: cancellationToken);
                if (now.HasValue && now.Value!.ETag == entity.ETag)
                    throw new StorageException($"The record of job {job} is incomplete: the blob {blob} is missing. Restore a backup.", e);
            }
        }
    }

    /// <summary>Answers the record's new ETag.</summary>
    public async Task<string> Put(string key, string job, string? etag, byte[] body, JobIndexRow row)
    {
        if (JobRow.Flaw(row) is { } flaw)
            throw new StorageException($"A write of {key} cannot be stored: {flaw}.");
        if (row.Job.Value != job)
            throw new StorageException($"A write of {key} cannot be stored: the record of job {row.Job} belongs to the grain of that name.");
        var blob = body.Length > JobWrite.InlineBytes ? await Upload(key, job, body) : null;
        var write = new JobWrite(key, job, etag, body, row, blob);
        await Run(job, write);
        if (blob is not null || (etag is not null && JobTag.Parse(etag)!.IsLarge))
            await Sweep(job, blob);
        return write.Written!;
    }

    public async Task Clear(string key, string job, string? etag)
    {
        await Run(job, new JobWrite(key, job, etag, null, null, null));
        if (etag is not null && JobTag.Parse(etag)!.IsLarge)
            await Sweep(job, null);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_buckets.Values.Where(b => b.IsValueCreated).Select(b => b.Value.Stop()));
    }

    private Task<long> Run(string job, JobWrite write) => database.WhyNotWrite is { } why
        ? Task.FromException<long>(why)
        : _buckets[JobKeys.Bucket(job)].Value.Write(write);

    private async Task<string> Upload(string key, string job, byte[] body)
    {
        var name = $"{BodyFolder}{job}/{BlobDatabase.NewName()}";
        try
        {
            await database.Container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(body), overwrite: true);
            return name;
        }
        catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
        {
            throw new StorageException($"Nothing was written of {key}: {BlobDatabase.FirstLine(e.Message)}", e);
        }
    }

    /// <summary>Bytes that no record names any more. Another process's that are not named yet are not at risk: its write would be refused.</summary>
    private async Task Sweep(string job, string? kept)
    {
        try
        {
            await foreach (var blob in database.Container.GetBlobsAsync(
                Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, $"{BodyFolder}{job}/", CancellationToken.None))
            {
                if (blob.Name != kept)
                    await database.Container.DeleteBlobIfExistsAsync(blob.Name);
            }
        }
        catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
        {
            database.Logger.SweepFailed(e, job);
        }
    }
}

/// <summary>A job's record as it is stored.</summary>
/// <param name="Key">State and grain.</param>
internal sealed record StoredJob(string Key, string Tag, JobIndexRow Row, byte[] Body);
