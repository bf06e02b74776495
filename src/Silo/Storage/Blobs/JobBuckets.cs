using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using Grains.Storage;
using Orleans.Storage;

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
            var tag = JobTag.Of(row, entity.ETag.ToString(), blob).ToString();
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
        var blob = body.Length > JobWrite.InlineBytes ? await Upload(key, job, etag, body) : null;
        var write = new JobWrite(key, job, etag, body, row, blob);
        try
        {
            await Run(job, write);
        }
        catch (InconsistentStateException) when (blob is not null)
        {
            await Delete(job, blob); // It will never be named.
            throw;
        }

        await Sweep(job, etag, blob);
        return write.Written!;
    }

    public async Task Clear(string key, string job, string? etag)
    {
        await Run(job, new JobWrite(key, job, etag, null, null, null));
        await Sweep(job, etag, null);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_buckets.Values.Where(b => b.IsValueCreated).Select(b => b.Value.Stop()));
    }

    private Task<long> Run(string job, JobWrite write) => database.WhyNotWrite is { } why
        ? Task.FromException<long>(why)
        : _buckets[JobKeys.Bucket(job)].Value.Write(write);

    /// <summary>Named after the version that it is to follow: once that has a successor, no other of its name can become one.</summary>
    private async Task<string> Upload(string key, string job, string? etag, byte[] body)
    {
        var name = $"{Prefix(job, etag)}{BlobDatabase.NewName()}";
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

    private static string Prefix(string job, string? etag) =>
        $"{BodyFolder}{job}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(etag ?? "")).AsSpan(0, 8))}-";

    private async Task Delete(string job, string blob)
    {
        try
        {
            await database.Container.DeleteBlobIfExistsAsync(blob);
        }
        catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
        {
            database.Logger.SweepFailed(e, job);
        }
    }

    /// <summary>The bytes that the version before named, and those of others that wanted to follow it and never will.</summary>
    private async Task Sweep(string job, string? before, string? kept)
    {
        var old = before is null ? null : JobTag.Parse(before)!.Body;
        if (old is null && kept is null)
            return;
        if (old is not null)
            await Delete(job, old);
        try
        {
            await foreach (var blob in database.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix(job, before), CancellationToken.None))
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
