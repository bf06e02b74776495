using System.Text.Json;
using Gateway.Azure.Hooks;

namespace Azure.Tests.Hooks;

/// <summary>The bodies are made after the examples of Azure's documentation.</summary>
public sealed class HookBodiesTests
{
    private const string Set = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/h100";

    [Fact]
    public void Autoscales_notification_says_which_set_somebody_else_changed()
    {
        var body = $$$"""
            {"version":"1.0","status":"Activated","operation":"Scale In","context":{"timestamp":"2016-03-11T07:31:04.5834118Z",
             "id":"/subscriptions/s/resourceGroups/g/providers/microsoft.insights/autoscalesettings/setting","name":"setting","details":"Autoscale successfully started scale operation",
             "subscriptionId":"s","resourceGroupName":"g","resourceName":"h100","resourceType":"microsoft.compute/virtualmachinescalesets","resourceId":"{{{Set}}}",
             "portalLink":"https://portal","oldCapacity":"3","newCapacity":"2"},"properties":{"key1":"value1"}}
            """;
        var signal = Assert.IsType<CloudSignal.Look>(HookBodies.Autoscale(Json(body))!.Single());
        Assert.Equal((Set, "Azure autoscale: Scale In from 3 to 2"), (signal.Set, signal.What));
        Assert.Equal(signal.Id, HookBodies.Autoscale(Json(body))!.Single().Id);
        Assert.NotEqual(signal.Id, HookBodies.Autoscale(Json(body.Replace("07:31", "07:32", StringComparison.Ordinal)))!.Single().Id);
    }

    [Fact]
    public void An_alert_of_the_common_schema_concerns_each_set_that_it_is_about_and_its_end_is_another_event()
    {
        var body = $$$"""
            {"schemaId":"azureMonitorCommonAlertSchema","data":{"essentials":{"alertId":"/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/1","alertRule":"VM down","severity":"Sev1",
             "signalType":"Metric","monitorCondition":"Fired","monitoringService":"Platform","alertTargetIDs":["{{{Set}}}","{{{Set}}}/virtualMachines/3","/subscriptions/s/other/x"],
             "firedDateTime":"2019-03-22T13:58:24.3713213Z","essentialsVersion":"1.0","alertContextVersion":"1.0"},"alertContext":{} } }
            """;
        var fired = HookBodies.Alert(Json(body))!;
        Assert.Equal([Set, Set], fired.Select(s => s.Set));
        Assert.NotEqual(fired[0].Id, HookBodies.Alert(Json(body.Replace("Fired", "Resolved", StringComparison.Ordinal)))![0].Id);
    }

    [Fact]
    public void Event_grid_asks_first_and_then_tells_in_either_schema()
    {
        const string Question = """[{"id":"1","topic":"t","subject":"","data":{"validationCode":"512d38b6","validationUrl":"https://x"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2018-01-25T22:12:19Z","metadataVersion":"1","dataVersion":"1"}]""";
        Assert.Equal("512d38b6", HookBodies.ValidationCode(Json(Question)));
        Assert.Empty(HookBodies.Events(Json(Question))!);

        var grid = $$$"""[{"id":"e1","subject":"{{{Set}}}","eventType":"Microsoft.Resources.ResourceWriteSuccess","data":{}},{"id":"e2","subject":"/subscriptions/s/resourceGroups/g/other","eventType":"x","data":{}}]""";
        var cloud = $$$"""{"specversion":"1.0","id":"e1","source":"/subscriptions/s","subject":"{{{Set}}}/virtualMachines/4","type":"Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged","data":{}}""";
        Assert.Equal("Azure event Microsoft.Resources.ResourceWriteSuccess", HookBodies.Events(Json(grid))!.Single().What);
        Assert.Equal(Set, HookBodies.Events(Json(cloud))!.Single().Set);
        Assert.Null(HookBodies.ValidationCode(Json(grid)));
    }

    [Theory]
    [InlineData("Preempt", typeof(CloudSignal.Leaves))]
    [InlineData("Terminate", typeof(CloudSignal.Leaves))]
    [InlineData("Redeploy", typeof(CloudSignal.Leaves))]
    [InlineData("Reboot", typeof(CloudSignal.Restarts))]
    [InlineData("Freeze", typeof(CloudSignal.Look))]
    public void What_an_agent_tells_of_scheduled_events_says_what_becomes_of_its_machine(string type, Type signal)
    {
        var body = $$$"""{"set":"{{{Set}}}","instance":"7","node":"h100000007","eventId":"E-1","eventType":"{{{type}}}","notBefore":"Mon, 19 Sep 2016 18:29:47 GMT"}""";
        Assert.IsType(signal, HookBodies.Agent(Json(body))!.Single());
        Assert.Null(HookBodies.Agent(Json(body.Replace(type, "Dance", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"context":"x","data":[],"schemaId":7,"set":{}}""")]
    [InlineData("""{"context":{"resourceId":"/x","timestamp":"t"},"schemaId":"azureMonitorCommonAlertSchema","data":{"essentials":{"alertId":"a","alertTargetIDs":"x"}}}""")]
    public void A_body_of_another_form_is_no_signal(string body)
    {
        Assert.Null(HookBodies.Autoscale(Json(body)));
        Assert.Null(HookBodies.Alert(Json(body)));
        Assert.Null(HookBodies.Agent(Json(body)));
        Assert.True(HookBodies.Events(Json(body)) is null or []);
        Assert.Null(HookBodies.ValidationCode(Json(body)));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
