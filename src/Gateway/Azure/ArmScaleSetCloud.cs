using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.ResourceManager.Compute;
using Azure.ResourceManager.Compute.Models;
using Polly;
using Polly.Retry;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>
/// Azure's scale sets through its SDK. Writes are sent once and never waited for: their operation is followed by its URL. Reads are tried again
/// a little. Whatever cannot be read as what it should be has an unknown outcome.
/// </summary>
internal sealed class ArmScaleSetCloud(ArmAccess arm, TimeProvider time) : IScaleSetCloud, ICloudUsages, IMachineProtection
{
    /// <summary>The epoch of the leader that wrote last.</summary>
    public const string EpochTag = "orleans-scheduler-epoch";

    private const int MostReadRetries = 2;
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(200);

    /// <summary>A write of tags replaces all of them: those that stood beside the ETag that the write is conditional on.</summary>
    private readonly ConcurrentDictionary<string, (string ETag, ImmutableDictionary<string, string> Tags, AzureLocation Location)> _tags = new(StringComparer.OrdinalIgnoreCase);

    private readonly ResiliencePipeline _reads = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = MostReadRetries,
            Delay = s_firstRetry,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<RequestFailedException>(e => e.Status is 0 or 408 or >= 500),
        })
        .Build();

    public int ReadsLeft => arm.ReadsLeft;

    public Task<CloudAnswer<ScaleSetReading>> Read(string set, CancellationToken cancellationToken) => Reading(async token =>
    {
        var resource = SetOf(set);
        var seen = await resource.GetAsync(cancellationToken: token);
        var etag = ETagOf(seen.GetRawResponse());
        var machines = ImmutableArray.CreateBuilder<ScaleSetInstance>();
        await foreach (var machine in resource.GetVirtualMachineScaleSetVms().GetAllAsync(cancellationToken: token))
        {
            machines.Add(ToInstance(machine.Data));
        }

        var tags = seen.Value.Data.Tags.ToImmutableDictionary();
        _tags[set] = (etag, tags, seen.Value.Data.Location);
        return new ScaleSetReading
        {
            Capacity = checked((int)(seen.Value.Data.Sku?.Capacity ?? throw new FormatException("a scale set without a capacity"))),
            ETag = etag,
            Epoch = tags.TryGetValue(EpochTag, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0,
            IsUpdating = seen.Value.Data.ProvisioningState is not ("Succeeded" or "Failed" or "Canceled"),
            Instances = machines.ToImmutable(),
        };
    }, cancellationToken);

    public Task<CloudAnswer<string>> Claim(string set, long epoch, string ifMatch, CancellationToken cancellationToken) =>
        Patch(set, null, epoch, ifMatch, ETagOf, cancellationToken);

    public Task<CloudAnswer<string>> SetCapacity(string set, int capacity, long epoch, string ifMatch, CancellationToken cancellationToken) =>
        Patch(set, capacity, epoch, ifMatch, r => OperationOf(r) ?? arm.UrlOf(set), cancellationToken);

    public Task<CloudAnswer<string>> Delete(string set, ImmutableArray<string> instances, CancellationToken cancellationToken) => Once<string>(async token =>
    {
        var sent = await SetOf(set).DeleteInstancesAsync(
            WaitUntil.Started, new VirtualMachineScaleSetVmInstanceRequiredIds(instances), forceDeletion: null, token);
        return new CloudAnswer<string>.Done(OperationOf(sent.GetRawResponse()) ?? arm.UrlOf(set));
    }, cancellationToken);

    public Task<CloudAnswer<string>> Protect(string set, string instance, bool on, CancellationToken cancellationToken) => !_tags.TryGetValue(set, out var read)
        ? Task.FromResult<CloudAnswer<string>>(new CloudAnswer<string>.Changed())
        : Once<string>(async token =>
        {
            var machine = arm.Client.GetVirtualMachineScaleSetVmResource(new ResourceIdentifier($"{set}/virtualMachines/{instance}"));
            var policy = new VirtualMachineScaleSetVmData(read.Location) { ProtectionPolicy = new VirtualMachineScaleSetVmProtectionPolicy { ProtectFromScaleIn = on } };
            var sent = await machine.UpdateAsync(WaitUntil.Started, policy, token);
            return new CloudAnswer<string>.Done(OperationOf(sent.GetRawResponse()) ?? "");
        }, cancellationToken);

    public Task<CloudAnswer<OperationStatus>> Follow(string url, CancellationToken cancellationToken) => !arm.IsHere(url)
        ? Task.FromResult<CloudAnswer<OperationStatus>>(new CloudAnswer<OperationStatus>.NotFound())
        : Reading(async token =>
        {
            using var message = arm.Pipeline.CreateMessage();
            message.Request.Method = RequestMethod.Get;
            message.Request.Uri.Reset(new Uri(url));
            message.Request.Headers.Add(HttpHeader.Common.JsonAccept);
            await arm.Pipeline.SendAsync(message, token);
            return message.Response.Status == 200 ? StatusOf(message.Response) : throw new RequestFailedException(message.Response);
        }, cancellationToken);

    public Task<CloudAnswer<ImmutableArray<CloudUsage>>> Usages(string set, string location, CancellationToken cancellationToken) => Reading(async token =>
    {
        var subscription = arm.Client.GetSubscriptionResource(new ResourceIdentifier($"/subscriptions/{new ResourceIdentifier(set).SubscriptionId}"));
        var usages = ImmutableArray.CreateBuilder<CloudUsage>();
        await foreach (var usage in subscription.GetUsagesAsync(new AzureLocation(location), token))
        {
            usages.Add(new CloudUsage(usage.Name.Value, usage.CurrentValue, usage.Limit));
        }

        return usages.ToImmutable();
    }, cancellationToken);

    private VirtualMachineScaleSetResource SetOf(string set) => arm.Client.GetVirtualMachineScaleSetResource(new ResourceIdentifier(set));

    private Task<CloudAnswer<string>> Patch(string set, int? capacity, long epoch, string ifMatch, Func<Response, string> answer, CancellationToken cancellationToken)
    {
        if (!_tags.TryGetValue(set, out var read) || read.ETag != ifMatch)
        {
            // Another process' reading, or an older one: what else is tagged there is not known.
            return Task.FromResult<CloudAnswer<string>>(new CloudAnswer<string>.Changed());
        }

        return Once<string>(async token =>
        {
            var patch = new VirtualMachineScaleSetPatch { Sku = capacity is { } wanted ? new ComputeSku { Capacity = wanted } : null };
            foreach (var (key, value) in read.Tags.SetItem(EpochTag, epoch.ToString(CultureInfo.InvariantCulture)))
            {
                patch.Tags[key] = value;
            }

            using var condition = IfMatchPolicy.Only(ifMatch);
            var sent = await SetOf(set).UpdateAsync(WaitUntil.Started, patch, token);
            return new CloudAnswer<string>.Done(answer(sent.GetRawResponse()));
        }, cancellationToken);
    }

    private Task<CloudAnswer<T>> Reading<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken) => Once(
        async token => (CloudAnswer<T>)new CloudAnswer<T>.Done(await _reads.ExecuteAsync(async t => await read(t), token)), cancellationToken);

    private static async Task<CloudAnswer<T>> Once<T>(Func<CancellationToken, Task<CloudAnswer<T>>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await send(cancellationToken);
        }
        catch (RequestFailedException e)
        {
            return ArmErrors.Of<T>(e);
        }
        catch (Exception e) when (e is AuthenticationFailedException or JsonException or FormatException or InvalidOperationException or OverflowException or AggregateException or IOException)
        {
            return new CloudAnswer<T>.Unknown(e.Message);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new CloudAnswer<T>.Unknown(e.Message);
        }
    }

    private ScaleSetInstance ToInstance(VirtualMachineScaleSetVmData machine) => new()
    {
        Id = machine.InstanceId,
        Node = new NodeId((machine.OSProfile?.ComputerName ?? machine.Name).ToLowerInvariant()),
        State = machine.ProvisioningState switch
        {
            "Succeeded" or "Updating" or "Migrating" => InstanceState.Running,
            "Deleting" => InstanceState.Deleting,
            "Failed" or "Canceled" => InstanceState.Failed,
            _ => InstanceState.Creating,
        },
        CreatedAt = machine.TimeCreated ?? time.GetUtcNow(),
        HasJoined = false,
        IsProtected = machine.ProtectionPolicy?.ProtectFromScaleIn == true,
    };

    private static string ETagOf(Response response)
    {
        using var body = JsonDocument.Parse(response.Content);
        return body.RootElement.TryGetProperty("etag", out var etag) && etag.GetString() is { Length: > 0 } text ? text
            : response.Headers.ETag is { } header ? header.ToString("H")
            : throw new FormatException("a scale set without an ETag");
    }

    private static string? OperationOf(Response response) => response.Headers.TryGetValue("Azure-AsyncOperation", out var url) && url.Length > 0 ? url : null;

    /// <summary>Of an operation its status; of the set itself, where Azure gave no operation, how its provisioning goes.</summary>
    private static OperationStatus StatusOf(Response response)
    {
        using var body = JsonDocument.Parse(response.Content);
        var root = body.RootElement;
        var status = root.TryGetProperty("status", out var own) ? own.GetString()
            : root.TryGetProperty("properties", out var properties) && properties.TryGetProperty("provisioningState", out var state) ? state.GetString()
            : throw new FormatException("an operation without a status");
        var error = root.TryGetProperty("error", out var e) && e.ValueKind == JsonValueKind.Object ? e : default;
        var (code, message) = (Text(error, "code"), Text(error, "message"));
        return status switch
        {
            "Succeeded" => new OperationStatus.Succeeded(),
            "Failed" or "Canceled" => new OperationStatus.Failed(ArmErrors.FailureOf(code, message) ?? ScaleFailure.Other, $"{code ?? status}: {message}"),
            _ => new OperationStatus.Running(),
        };
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
