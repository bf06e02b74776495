using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Gateway.Tests.Support;

namespace Gateway.Tests.Http;

/// <summary>Bodies that are not what a request takes, before any rule of a field is looked at.</summary>
public sealed class BodyTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private const string Jobs = "/api/v1/jobs";

    [Theory]
    [InlineData("{", "$")]
    [InlineData("", "$")]
    [InlineData("nonsense", "$")]
    [InlineData("null", "$")]
    [InlineData("[]", "$")]
    [InlineData("\"text\"", "$")]
    [InlineData("{\"name\":\"a\"} trailing", "$")]
    [InlineData("{\"name\":\"a\",}", "$")]
    [InlineData("{/* comment */\"name\":\"a\"}", "$")]
    [InlineData("{\"priority\":NaN}", "priority")]
    [InlineData("{\"priority\":Infinity}", "priority")]
    [InlineData("{\"priority\":-Infinity}", "priority")]
    [InlineData("{\"priority\":\"NaN\"}", "priority")]
    [InlineData("{\"priority\":1.5}", "priority")]
    [InlineData("{\"priority\":1.0}", "priority")]
    [InlineData("{\"priority\":1e2}", "priority")]
    [InlineData("{\"priority\":\"1\"}", "priority")]
    [InlineData("{\"priority\":true}", "priority")]
    [InlineData("{\"priority\":9223372036854775808}", "priority")]
    [InlineData("{\"priority\":0x10}", "priority")]
    [InlineData("{\"priority\":01}", "priority")]
    [InlineData("{\"name\":7}", "name")]
    [InlineData("{\"name\":{}}", "name")]
    [InlineData("{\"roles\":{}}", "roles")]
    [InlineData("{\"roles\":[7]}", "roles[0]")]
    [InlineData("{\"roles\":[{\"count\":\"four\"}]}", "roles[0].count")]
    [InlineData("{\"roles\":[{\"count\":4.5}]}", "roles[0].count")]
    [InlineData("{\"roles\":[{\"gpuModels\":\"A100\"}]}", "roles[0].gpuModels")]
    [InlineData("{\"labels\":[]}", "labels")]
    [InlineData("{\"labels\":{\"a\":1}}", "labels.a")]
    [InlineData("{\"topology\":\"rack\"}", "topology")]
    public async Task A_body_that_is_not_of_the_contracts_shape_is_400_and_names_where(string body, string field)
    {
        var reply = await gateway.Post(Jobs, body);

        Assert.Equal([field], reply.IsProblem(400, "InvalidJson").Keys);
    }

    [Theory]
    [InlineData("{\"nmae\":\"a\"}", "nmae")]
    [InlineData("{\"Name\":\"a\"}", "Name")]
    [InlineData("{\"roles\":[{\"gpu\":1}]}", "roles[0].gpu")]
    [InlineData("{\"topology\":{\"level\":\"rack\"}}", "topology.level")]
    [InlineData("{\"user\":\"root\"}", "user")]
    public async Task An_unknown_field_is_refused_by_its_name(string body, string field)
    {
        var errors = (await gateway.Post(Jobs, body)).IsProblem(400, "InvalidJson");

        Assert.Equal(["is not a known field"], errors[field]);
    }

    [Theory]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}", "name")]
    [InlineData("{\"roles\":[{\"count\":1,\"count\":100}]}", "roles[0].count")]
    [InlineData("{\"labels\":{\"a\":\"1\",\"a\":\"2\"}}", "labels.a")]
    public async Task A_field_that_is_given_twice_is_refused(string body, string field)
    {
        var errors = (await gateway.Post(Jobs, body)).IsProblem(400, "InvalidJson");

        Assert.Equal(["is given twice"], errors[field]);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task A_deeply_nested_body_is_refused(int depth)
    {
        var reply = await gateway.Post(Jobs, $$"""{"roles":{{new string('[', depth)}}{{new string(']', depth)}}}""");

        reply.IsProblem(400, "InvalidJson");
    }

    [Fact]
    public async Task Nesting_that_is_too_deep_is_said_so()
    {
        var errors = (await gateway.Post(Jobs, new string('[', 40))).IsProblem(400, "InvalidJson");

        Assert.Equal(["$"], errors.Keys);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_refused()
    {
        byte[] bytes = [.. "{\"name\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8];

        var reply = await SendBytes(bytes, "application/json");

        Assert.Equal(["is not UTF-8"], reply.IsProblem(400, "InvalidJson")["$"]);
    }

    [Fact]
    public async Task UTF16_is_refused()
    {
        var reply = await SendBytes(Encoding.Unicode.GetBytes("{\"name\":\"a\"}"), "application/json");

        reply.IsProblem(400, "InvalidJson");
    }

    [Fact]
    public async Task A_lone_surrogate_in_an_escape_is_refused()
    {
        var reply = await gateway.Post(Jobs, "{\"name\":\"\\ud800\"}");

        Assert.Equal(["name"], reply.IsProblem(400, "InvalidJson").Keys);
    }

    [Theory]
    [InlineData(262_145)]
    [InlineData(3_000_000)]
    public async Task A_body_over_256_KiB_is_413(int bytes)
    {
        var reply = await SendBytes(Filled(bytes), "application/json");

        reply.IsProblem(413, "BodyTooLarge");
    }

    [Fact]
    public async Task A_body_over_256_KiB_without_a_length_is_413()
    {
        using var content = new StreamContent(new MemoryStream(Filled(400_000)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Jobs) { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await gateway.Http.SendAsync(request);

        (await Reply.Of(response)).IsProblem(413, "BodyTooLarge");
    }

    [Fact]
    public async Task A_body_of_any_length_is_413_before_it_is_sent()
    {
        using var content = new ByteArrayContent(Filled(50_000_000));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Jobs) { Content = content };
        request.Headers.ExpectContinue = true;

        using var response = await gateway.Http.SendAsync(request);

        (await Reply.Of(response)).IsProblem(413, "BodyTooLarge");
    }

    [Fact]
    public async Task A_body_of_just_256_KiB_is_read()
    {
        // Blanks after the object: valid JSON of the largest allowed size, refused only because its one field is wrong.
        var reply = await SendBytes([.. "{\"nmae\":1}"u8, .. Enumerable.Repeat((byte)' ', 262_144 - 10)], "application/json");

        Assert.Equal(["nmae"], reply.IsProblem(400, "InvalidJson").Keys);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonp")]
    [InlineData("text/json")]
    [InlineData(null)]
    public async Task Another_media_type_is_415(string? type)
    {
        var reply = await SendBytes("{\"name\":\"a\"}"u8.ToArray(), type);

        reply.IsProblem(415, "UnsupportedMediaType");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/JSON;charset=UTF-8")]
    public async Task Json_in_utf8_is_read_however_it_is_written(string type)
    {
        var reply = await SendBytes(Encoding.UTF8.GetBytes(Bodies.Job().ToJsonString()), type);

        Assert.Equal(201, reply.Status);
    }

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        using var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");

        (await gateway.Send(HttpMethod.Post, Jobs, content)).IsProblem(415, "UnsupportedMediaType");
    }

    [Fact]
    public async Task A_field_name_of_any_length_is_not_sent_back_whole()
    {
        var reply = await gateway.Post(Jobs, $$"""{"{{new string('x', 100_000)}}":1}""");

        Assert.Equal(200, Assert.Single(reply.IsProblem(400, "InvalidJson").Keys).Length);
    }

    [Fact]
    public async Task A_broken_request_line_is_400()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await client.GetStream().WriteAsync("NOT HTTP AT ALL\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync());
    }

    private async Task<Reply> SendBytes(byte[] bytes, string? type)
    {
        using var content = new ByteArrayContent(bytes);
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return await gateway.Send(HttpMethod.Post, Jobs, content);
    }

    private static byte[] Filled(int bytes) => [.. Enumerable.Repeat((byte)' ', bytes)];
}
