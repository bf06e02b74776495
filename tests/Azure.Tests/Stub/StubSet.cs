using System.Globalization;
using System.Text.Json.Nodes;

namespace Azure.Tests.Stub;

/// <summary>One uniform scale set: what its requests do, as the README says. Called under the stub's lock.</summary>
internal sealed class StubSet(ArmStub arm, string name)
{
    private readonly SortedDictionary<int, StubMachine> _machines = [];
    private readonly Bucket _updates = new(arm.Clock, 12, 4);
    private readonly Bucket _deletes = new(arm.Clock, 12, 4);
    private readonly Bucket _gets = new(arm.Clock, 36, 12);
    private readonly Bucket _lists = new(arm.Clock, 30, 10);
    private readonly Dictionary<string, Bucket> _machineUpdates = [];
    private Dictionary<string, string> _tags = [];
    private long _etag = 1;
    private int _next;
    private int _underWay;

    public string Name => name;

    public string Url => $"/subscriptions/{ArmStub.Subscription}/resourceGroups/{ArmStub.Group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}";

    public SetKnobs Knobs { get; } = new();

    public int Capacity { get; private set; }

    public int Created { get; private set; }

    public int Deleted { get; private set; }

    public int Evicted { get; private set; }

    /// <summary>Requests to write it that arrived, refused or not.</summary>
    public int Writes { get; private set; }

    /// <summary>Of those, the ones that had an effect.</summary>
    public int Accepted { get; private set; }

    public IReadOnlyCollection<StubMachine> Machines => _machines.Values;

    public IReadOnlyDictionary<string, string> Tags => _tags;

    public int Cores => _machines.Count * Knobs.CoresPerMachine;

    public StubAnswer Get() => Limited(_gets, "GetVMScaleSet") ?? new StubAnswer(200, ToJson());

    /// <summary>The list a page at a time; <paramref name="after"/> is in the next link.</summary>
    public StubAnswer List(int after, string version)
    {
        if (Limited(_lists, "ListVMScaleSetVMs") is { } refused)
        {
            return refused;
        }

        var page = _machines.Values.Where(m => m.Number > after).Take(arm.PageSize).ToList();
        var body = new JsonObject { ["value"] = new JsonArray([.. page.Select(m => m.ToJson(Url, ArmStub.Location, Knobs.Sku))]) };
        if (page.Count == arm.PageSize && _machines.Keys.Last() > page[^1].Number)
        {
            body["nextLink"] = $"{arm.Endpoint}{Url[1..]}/virtualMachines?api-version={version}&$skiptoken={page[^1].Number}";
        }

        return new StubAnswer(200, body);
    }

    public StubAnswer GetMachine(string id) => _machines.Values.FirstOrDefault(m => m.Id == id) is { } machine
        ? new StubAnswer(200, machine.ToJson(Url, ArmStub.Location, Knobs.Sku)) : StubAnswer.Error(404, "ResourceNotFound", $"{name}_{id} was not found.");

    public StubAnswer InstanceView() => Limited(_lists, "GetVMScaleSetInstanceView") ?? new StubAnswer(200, new JsonObject
    {
        ["virtualMachine"] = new JsonObject
        {
            ["statusesSummary"] = new JsonArray([.. _machines.Values.GroupBy(m => m.State).Select(g =>
                new JsonObject { ["code"] = $"ProvisioningState/{g.Key.ToLowerInvariant()}", ["count"] = g.Count() })]),
        },
    });

    public StubAnswer Patch(JsonObject body, string? ifMatch)
    {
        Writes++;
        if (Limited(_updates, "UpdateVMScaleSet") is { } throttled)
        {
            return throttled;
        }

        if (ifMatch is not null && ifMatch != ETag)
        {
            return StubAnswer.Error(412, "PreconditionFailed", $"The condition specified using HTTP conditional header(s) is not met: it is {ETag}.");
        }

        var capacity = body["sku"]?["capacity"] is { } asked ? (int)asked : Capacity;
        if (Refusal(capacity) is { } refusal)
        {
            arm.OnRefused?.Invoke(name, System.Diagnostics.Stopwatch.GetTimestamp());
            return refusal;
        }

        Accepted++;
        if (body["tags"] is JsonObject tags)
        {
            // All of them are replaced, as everywhere in Azure.
            _tags = tags.ToDictionary(t => t.Key, t => (string)t.Value!);
        }

        _etag++;
        if (capacity == Capacity)
        {
            return new StubAnswer(200, ToJson());
        }

        var missing = capacity - _machines.Values.Count(m => m.State != "Deleting");
        Capacity = capacity;
        if (missing < 0)
        {
            arm.Note($"I15: {name} was made smaller by {-missing}, and the cloud chose who went");
        }

        var operation = missing >= 0 ? Grow(missing) : Shrink(-missing);
        var answer = new StubAnswer(200, ToJson());
        answer.Headers["Azure-AsyncOperation"] = operation;
        answer.Headers["Azure-AsyncNotification"] = "Enabled";
        return answer;
    }

    public StubAnswer Delete(IReadOnlyCollection<string> ids)
    {
        Writes++;
        if (Limited(_deletes, "DeleteVMScaleSetVMs") is { } throttled)
        {
            return throttled;
        }

        if (ids.FirstOrDefault(id => _machines.Values.All(m => m.Id != id)) is { } unknown)
        {
            return StubAnswer.Error(400, "InvalidParameter", $"The provided instanceId {unknown} is not an active Virtual Machine Scale Set VM instanceId.");
        }

        Accepted++;
        return Accept(Remove([.. _machines.Values.Where(m => ids.Contains(m.Id) && m.State != "Deleting")]));
    }

    public StubAnswer Protect(string id, JsonObject body)
    {
        if (_machines.Values.FirstOrDefault(m => m.Id == id) is not { } machine)
        {
            return StubAnswer.Error(404, "ResourceNotFound", $"{name}_{id} was not found.");
        }

        if (!_machineUpdates.TryGetValue(id, out var bucket))
        {
            _machineUpdates[id] = bucket = new Bucket(arm.Clock, 12, 4);
        }

        if (Limited(bucket, "UpdateVMScaleSetVM") is { } throttled)
        {
            return throttled;
        }

        machine.Protection = body["properties"]?["protectionPolicy"]?.DeepClone();
        return new StubAnswer(200, machine.ToJson(Url, ArmStub.Location, Knobs.Sku));
    }

    /// <summary>A spot machine is taken away.</summary>
    public bool Evict(string id)
    {
        if (_machines.Values.FirstOrDefault(m => m.Id == id && m.State != "Deleting") is not { } machine)
        {
            return false;
        }

        Evicted++;
        Capacity--;
        _etag++;
        return _machines.Remove(machine.Number);
    }

    /// <summary>Somebody else, such as Azure's autoscale, sets the capacity without asking what it is: it falls no further than there are machines that may go.</summary>
    public void WriteFromOutside(int capacity)
    {
        capacity = Math.Max(capacity, _machines.Values.Count(m => m.Protection?["protectFromScaleIn"] is { } p && (bool)p));
        var missing = capacity - _machines.Count;
        Capacity = capacity;
        _ = missing >= 0 ? Grow(missing) : Shrink(-missing);
        _etag++;
    }

    private string ETag => $"\"{_etag.ToString(CultureInfo.InvariantCulture)}\"";

    private StubAnswer? Refusal(int capacity)
    {
        var more = capacity - Capacity;
        return more > 0 && Knobs.SyncError is { } code ? StubAnswer.Error(409, code, $"{code}: {name} cannot have {more} more.")
            : more > 0 && arm.CoresLeft(Knobs.Sku) < more * Knobs.CoresPerMachine
                ? StubAnswer.Error(409, "OperationNotAllowed", "Operation could not be completed as it results in exceeding approved Total Regional Cores quota.")
            : capacity < 0 || capacity > Knobs.MostMachines
                ? StubAnswer.Error(400, "InvalidParameter", $"The capacity {capacity} is not within 0 and {Knobs.MostMachines}.")
            : more != 0 && _underWay > 0
                ? StubAnswer.Error(409, "Conflict", "The request failed due to conflict with a concurrent request.")
            : null;
    }

    private string Grow(int missing)
    {
        var given = Math.Min(missing, Knobs.Left);
        Knobs.Left -= Knobs.Left == int.MaxValue ? 0 : given;
        for (var i = 0; i < given; i++)
        {
            Create();
        }

        _underWay++;
        return arm.Begin(Knobs.BootDelay, given == missing ? null : Knobs.AsyncError, () =>
        {
            _underWay--;
            _etag++;
            if (given < missing)
            {
                arm.OnRefused?.Invoke(name, System.Diagnostics.Stopwatch.GetTimestamp());
            }

            Capacity = given < missing && !Knobs.KeepsAsking ? _machines.Values.Count(m => m.State != "Deleting") : Capacity;
        });
    }

    private void Create()
    {
        Created++;
        var machine = new StubMachine(name, _next, arm.Clock.GetUtcNow());
        _machines.Add(_next++, machine);
        var (works, joins) = (!arm.Happens(Knobs.FailsToBoot), !arm.Happens(Knobs.NeverJoins));
        arm.After(Knobs.BootDelay, () =>
        {
            if (machine.State != "Creating")
            {
                return;
            }

            machine.State = works ? "Succeeded" : "Failed";
            if (works && joins)
            {
                // After it: two timers that are due within milliseconds may fire in any order.
                arm.After(Knobs.JoinDelay + (Knobs.JoinSpread * (machine.Number % 16 / 15.0)), () => machine.HasJoined = machine.State == "Succeeded");
            }
        });
    }

    /// <summary>Azure chooses who goes: the newest that are not protected.</summary>
    private string Shrink(int fewer)
    {
        return Remove([.. _machines.Values.Reverse().Where(m => m.Protection?["protectFromScaleIn"] is not { } p || !(bool)p).Take(fewer)], lower: false);
    }

    private string Remove(List<StubMachine> going, bool lower = true)
    {
        foreach (var machine in going)
        {
            if (machine.HasWork)
            {
                arm.Note($"I15: {name}_{machine.Id} was deleted with work on it");
            }

            machine.State = "Deleting";
            Deleted++;
            Capacity -= lower ? 1 : 0;
        }

        _etag++;
        _underWay++;
        return arm.Begin(Knobs.DeleteDelay, null, () =>
        {
            _underWay--;
            _etag++;
            going.ForEach(m => _machines.Remove(m.Number));
        });
    }

    private static StubAnswer Accept(string operation)
    {
        var answer = new StubAnswer(202, null);
        answer.Headers["Azure-AsyncOperation"] = operation;
        answer.Headers["Location"] = operation.Replace("?", "/result?", StringComparison.Ordinal);
        answer.Headers["Retry-After"] = "5";
        return answer;
    }

    private StubAnswer? Limited(Bucket bucket, string policy)
    {
        if (bucket.Take() is { } wait)
        {
            arm.Throttled++;
            return StubAnswer.Throttled(wait, policy);
        }

        arm.Remaining = $"Microsoft.Compute/{policy};{bucket.Remaining}";
        return null;
    }

    private JsonObject ToJson() => new()
    {
        ["id"] = Url,
        ["name"] = name,
        ["type"] = "Microsoft.Compute/virtualMachineScaleSets",
        ["location"] = ArmStub.Location,
        ["etag"] = ETag,
        ["tags"] = new JsonObject(_tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))),
        ["sku"] = new JsonObject { ["name"] = Knobs.Sku, ["tier"] = "Standard", ["capacity"] = Capacity },
        ["properties"] = new JsonObject
        {
            ["provisioningState"] = _underWay > 0 ? "Updating" : "Succeeded",
            ["orchestrationMode"] = "Uniform",
            ["singlePlacementGroup"] = true,
            ["overprovision"] = false,
            ["platformFaultDomainCount"] = 1,
            ["uniqueId"] = "00000000-0000-0000-0000-000000000001",
        },
    };
}
